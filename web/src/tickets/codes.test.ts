import assert from "node:assert/strict";
import { test } from "node:test";

import { against, atDesk, calledIn, repeats } from "./codes.ts";

const called = {
  area: (code: string) => ({ "33038201": "乐成供电所", "330382": "乐清市" })[code] ?? code,
  crew: (id: string) => ({ "33038201-1": "乐清1组" })[id] ?? id,
  ticket: (id: string) => ({ "0f3a": "2607010001" })[id] ?? id,
};

test("a ticket's history names depots, counties and crews", () => {
  assert.equal(calledIn("depot", "33038201", called), "乐成供电所");
  for (const field of ["area", "right_area", "crew_area"]) assert.equal(calledIn(field, "330382", called), "乐清市");
  assert.equal(calledIn("own_district_crew", "33038201-1", called), "乐清1组");
  assert.equal(calledIn("own_district_crew", "gone", called), "gone");
  assert.equal(calledIn("text", "33038201", called), null);
});

test("other tickets are told by their numbers, a main ticket once", () => {
  for (const field of ["into", "merged_into", "nested_in", "repeat_of"]) assert.equal(calledIn(field, "0f3a", called), "2607010001");
  assert.ok(repeats("incident_id", { into: "0f3a", incident_id: "0f3a" }));
  assert.ok(!repeats("incident_id", { into: "0f3a", incident_id: "77" }));
});

test("a crew that comes later than the old rule's is said to come later", () => {
  assert.deepEqual(against(-3164), { field: "later_s", minutes: 52 });
  assert.deepEqual(against(500), { field: "saved_s", minutes: 8 });
  for (const seconds of [0, 59, -59]) assert.equal(against(seconds), null);
});

test("what a unit's desk enters did not come by the call platform", () => {
  assert.ok(atDesk({ source: "CTI", role: "DISPATCHER" }));
  assert.ok(!atDesk({ source: "CTI", role: "SEAT_AGENT" }));
  assert.ok(!atDesk({ source: "PHONE", role: "DISPATCHER" }));
});

test("a crew that is named is not told by its id too", () => {
  assert.ok(repeats("crew_id", { crew_id: "33038201-1", crew_name: "乐清1组" }));
  assert.ok(!repeats("crew_id", { crew_id: "33038201-1" }));
  assert.ok(!repeats("depot", { crew_name: "乐清1组" }));
});
