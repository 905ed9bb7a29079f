import assert from "node:assert/strict";
import { test } from "node:test";

import { plusDays } from "../forms/times.ts";
import { cellOf, copied, faultIn, keyOf, knownOf, linesOf, type Week } from "./week.ts";

const slot = { half: "am", kind: "survey", area_class: "urban" } as const;
const declared = { ...slot, teams: 2, visits: 8, version: 3, booked: 1, held: 0, free: 7, inherited: false };

function week(monday: string, slots: Week["days"][number]["slots"], missing: Week["days"][number]["missing"] = []): Week {
  return { monday, days: [{ date: monday, workday: true, slots, missing }] };
}

const MONDAY = "2026-07-06";
const now = week(MONDAY, [{ ...declared, date: MONDAY }]);
const key = keyOf({ ...slot, date: MONDAY });

test("an untouched cell shows what is declared, an undeclared one is empty", () => {
  assert.deepEqual(cellOf(key, knownOf(now), {}), { teams: "2", visits: "8" });
  assert.deepEqual(cellOf(key, knownOf(week(MONDAY, [], [{ ...slot, date: MONDAY, teams: 2, visits: 8 }])), {}), { teams: "", visits: "" });
});

test("only what differs is sent, upon the version that was seen", () => {
  assert.deepEqual(linesOf(knownOf(now), { [key]: { teams: "2", visits: "8" } }), []);
  assert.deepEqual(linesOf(knownOf(now), { [key]: { teams: "1", visits: "4" } }), [{ ...slot, date: MONDAY, teams: 1, visits: 4, version: 3 }]);
  assert.deepEqual(linesOf(knownOf(week(MONDAY, [])), { [key]: { teams: "1", visits: "" } }), [{ ...slot, date: MONDAY, teams: 1, visits: 0, version: 0 }]);
  assert.deepEqual(linesOf(knownOf(week(MONDAY, [])), { [key]: { teams: "", visits: "" } }), []);
});

test("a fault in a line is told at its cell", () => {
  const lines = [{ ...slot, date: MONDAY, teams: 1, visits: 4 }, { ...slot, date: "2026-07-07", teams: 999, visits: 4 }];
  assert.deepEqual(faultIn(lines, "lines.1.teams", "lines.1.teams:应不大于 99"), { line: lines[1], part: "teams", wrong: "应不大于 99" });
  assert.equal(faultIn(lines, "lines.7.teams", "x"), null);
  assert.equal(faultIn(lines, "reason", "x"), null);
  assert.equal(faultIn(lines, null, "x"), null);
});

test("what the system copied by itself is confirmed by saying it again", () => {
  const inherited = week(MONDAY, [{ ...declared, date: MONDAY, inherited: true }]);
  assert.equal(linesOf(knownOf(inherited), { [key]: { teams: "2", visits: "8" } }).length, 1);
});

test("last week is copied seven days on, not over what is the same, not into days gone", () => {
  const before = week("2026-06-29", [{ ...declared, date: "2026-06-29" }]);
  const later = (day: string): string => plusDays(day, 7);
  assert.deepEqual(copied(before, knownOf(week(MONDAY, [])), "2026-07-01", later), { [key]: { teams: "2", visits: "8" } });
  assert.deepEqual(copied(before, knownOf(now), "2026-07-01", later), {});
  assert.deepEqual(copied(before, knownOf(week(MONDAY, [])), "2026-07-07", later), {});
});
