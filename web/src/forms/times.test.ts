import assert from "node:assert/strict";
import { test } from "node:test";

import { beginOf, dayAt, fromLocal, mondayOf, plusDays, toLocal } from "./times.ts";

test("an instant is typed and shown in China's time", () => {
  assert.equal(toLocal("2026-07-01T00:30:00Z"), "2026-07-01T08:30");
  assert.equal(Date.parse(fromLocal("2026-07-01T08:30")), Date.parse("2026-07-01T00:30:00Z"));
  assert.equal(toLocal(""), "");
  assert.equal(toLocal("nonsense"), "");
});

test("a day begins at midnight in China", () => {
  assert.equal(dayAt(Date.parse("2026-06-30T16:00:00Z")), "2026-07-01");
  assert.equal(dayAt(Date.parse("2026-06-30T15:59:59Z")), "2026-06-30");
  assert.equal(dayAt(Date.parse("2026-06-30T15:59:59Z"), 1), "2026-07-01");
  assert.equal(Date.parse(beginOf("2026-07-01")), Date.parse("2026-06-30T16:00:00Z"));
});

test("weeks begin on Monday", () => {
  assert.equal(mondayOf("2026-07-05"), "2026-06-29");
  assert.equal(mondayOf("2026-06-29"), "2026-06-29");
  assert.equal(plusDays("2026-02-27", 2), "2026-03-01");
});
