import assert from "node:assert/strict";
import { test } from "node:test";

import { calledIn, repeats } from "./codes.ts";

const called = {
  area: (code: string) => ({ "33038201": "乐成供电所", "330382": "乐清市" })[code] ?? code,
  crew: (id: string) => ({ "33038201-1": "乐清1组" })[id] ?? id,
};

test("a ticket's history names depots, counties and crews", () => {
  assert.equal(calledIn("depot", "33038201", called), "乐成供电所");
  for (const field of ["area", "right_area", "crew_area"]) assert.equal(calledIn(field, "330382", called), "乐清市");
  assert.equal(calledIn("own_district_crew", "33038201-1", called), "乐清1组");
  assert.equal(calledIn("own_district_crew", "gone", called), "gone");
  assert.equal(calledIn("text", "33038201", called), null);
});

test("a crew that is named is not told by its id too", () => {
  assert.ok(repeats("crew_id", { crew_id: "33038201-1", crew_name: "乐清1组" }));
  assert.ok(!repeats("crew_id", { crew_id: "33038201-1" }));
  assert.ok(!repeats("depot", { crew_name: "乐清1组" }));
});
