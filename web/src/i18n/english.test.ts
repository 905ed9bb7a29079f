import assert from "node:assert/strict";
import { test } from "node:test";

import * as names from "../api/labels.gen.ts";
import { inEnglish } from "./english.ts";

const called = (table: Readonly<Record<string, string>>, value: string): string => inEnglish(value, table[value]);

test("categories, symptoms and channels are proper English", () => {
  assert.equal(called(names.Category, "lv"), "Low-voltage fault");
  assert.equal(called(names.CustomerClass, "lv"), "Low-voltage business");
  assert.equal(called(names.Symptom, "no_power_one"), "No power (one household)");
  assert.equal(called(names.Medium, "sms"), "SMS");
  assert.equal(called(names.Asking, "sms"), "SMS");
  assert.equal(called(names.Channel, "phone"), "Telephone 95598");
});

test("no word is an abbreviation with a capital letter before it, none is shouted", () => {
  for (const [table, words] of Object.entries(names)) {
    for (const value of Object.keys(words)) {
      const text = called(words, value);
      assert.ok(!/^(Lv|Hv|Ev|Pq|Sms|Cust|Nonpower)\b/.test(text), `${table}.${value}: ${text}`);
      assert.ok(!/[A-Z]{4,} [A-Z]{3,}/.test(text), `${table}.${value}: ${text}`);
    }
  }
});

test("what is short for something stays short", () => {
  assert.equal(called(names.Source, "SCADA"), "SCADA");
  assert.equal(called(names.Role, "SEAT_AGENT"), "Seat agent");
  assert.equal(called(names.CrewVerdict, "NO_SKILL"), "No skill");
});
