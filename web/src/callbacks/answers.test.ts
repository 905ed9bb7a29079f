/** What a customer answers, and what follows from it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { bodyOf, following, outcomeOf, toggled, tooLong } from "./answers.ts";

test("the same answer once more takes it back", () => {
  const yes = toggled({}, "satisfied", true);
  assert.deepEqual(yes, { satisfied: true });
  assert.deepEqual(toggled(yes, "satisfied", false), { satisfied: false });
  assert.deepEqual(toggled(yes, "satisfied", true), {});
});

test("the next question is one that is still open", () => {
  const fields = ["power_back", "on_time", "satisfied"] as const;
  assert.equal(following(fields, "power_back", { on_time: true }), "satisfied");
  assert.equal(following(fields, "satisfied", {}), null);
});

test("no power, or no satisfaction, has it seen to again", () => {
  assert.equal(outcomeOf({}), "nothing");
  assert.equal(outcomeOf({ on_time: true }), "nothing");
  assert.equal(outcomeOf({ satisfied: true, power_back: false }), "again");
  assert.equal(outcomeOf({ satisfied: false }), "again");
  assert.equal(outcomeOf({ satisfied: true, power_back: true }), "closes");
});

test("what was not asked is left out", () => {
  assert.deepEqual(bodyOf({ power_back: true }, " 好 ", 7), { version: 7, power_back: true, text: "好" });
});

test("a text is counted by signs", () => {
  assert.equal(tooLong("好".repeat(500)), 0);
  assert.equal(tooLong("𠮷".repeat(503)), 3);
});
