import assert from "node:assert/strict";
import { test } from "node:test";

import { chosen, readKept, writeKept } from "./columns.ts";

const columns = [{ key: "no", frozen: "left" as const }, { key: "stage" }, { key: "feeder", spare: true }, { key: "act", frozen: "right" as const }];

test("without a choice all but the spare columns are shown", () => {
  assert.deepEqual([...chosen(columns, null)].sort(), ["act", "no", "stage"]);
});

test("a choice holds, and frozen columns stay", () => {
  assert.deepEqual([...chosen(columns, { shown: ["feeder"] })].sort(), ["act", "feeder", "no"]);
});

test("what is written is read again; nonsense is nothing", () => {
  assert.deepEqual(readKept(writeKept(["a", "b"])), { shown: ["a", "b"] });
  for (const text of [null, "", "{", "{}", "[1]"]) assert.equal(readKept(text), null);
});
