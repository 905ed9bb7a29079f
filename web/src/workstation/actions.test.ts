/** The table of actions: what a stage allows, why the rest is barred, one meaning per key, a request for each. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIONS, actionOf, behind, blocked, offered, type Standing } from "./actions.ts";
import { begin, FORMS, lacks } from "./forms.ts";
import { chinaLocal, dayOf, instant } from "./instants.ts";
import { callOf } from "./requests.ts";
import { ticketOf } from "./testing.ts";

const DISPATCHER: Standing = { rights: ACTIONS.map((action) => action.right), area: "330382", stale: false };
const NOW = Date.parse("2026-11-21T02:10:20Z");

test("what is offered follows the stage", () => {
  const names = (stage: Parameters<typeof ticketOf>[0]): string[] => offered(ticketOf(stage), DISPATCHER).map((each) => each.action.name);
  assert.deepEqual(names({ stage: "submitted" }), ["accept", "dispatch", "chase", "merge", "return", "excuse", "note", "cancel"]);
  assert.deepEqual(names({ stage: "restored" }), ["chase", "reply", "powerBack", "note"]);
  assert.ok(names({ stage: "en_route" }).includes("reassign"));
  assert.ok(!names({ stage: "repairing" }).includes("reassign"));
  assert.ok(names({ stage: "repairing", flags: { suspended: true } as never }).includes("resume"));
});

test("another county's ticket: only the telephone reports of our crews", () => {
  const lent = ticketOf({ area: "330381", stage: "en_route" });
  assert.deepEqual(offered(lent, DISPATCHER).map((each) => each.action.name), ["phoneArrive", "phoneDone", "phone"]);
});

test("without the right nothing is offered; a broken line bars everything and says why", () => {
  assert.deepEqual(offered(ticketOf(), { ...DISPATCHER, rights: [] }), []);
  assert.ok(offered(ticketOf(), { ...DISPATCHER, stale: true }).every((each) => each.blocked === "stale"));
  assert.equal(blocked(actionOf("reply"), ticketOf(), DISPATCHER), "stage");
});

test("a key means one thing for a ticket", () => {
  const doubled = ACTIONS.filter((action) => action.key !== null && ACTIONS.some((other) => other !== action && other.key === action.key));
  for (const action of doubled) assert.ok(action.fits, `${action.name} shares its key and must exclude the other`);
  assert.equal(behind("s", ticketOf({ stage: "repairing" }))?.name, "suspend");
  assert.equal(behind("s", ticketOf({ stage: "repairing", flags: { suspended: true } as never }))?.name, "resume");
});

test("every form says what is missing, and every action makes a request with the version that was seen", () => {
  for (const action of ACTIONS) {
    const fields = FORMS[action.name] ?? [];
    assert.equal(action.form, FORMS[action.name] !== undefined, action.name);
    const values = begin(fields, ticketOf({ version: 7 }), NOW);
    const must = fields.filter((field) => field.must === true && values[field.name] === "" && field.shown?.(values) !== false);
    assert.deepEqual(Object.keys(lacks(fields, values)).sort(), must.map((field) => field.name).sort());
    const call = callOf(action.name, ticketOf({ version: 7 }), values, NOW);
    if (call.to === "ticket") assert.equal(call.body.version, 7);
  }
});

test("a return needs ten characters, and the right unit only where the district is wrong", () => {
  const fields = FORMS.return ?? [];
  assert.deepEqual(lacks(fields, { reason: "NO_ADDRESS", text: "太短" }), { text: "short" });
  assert.deepEqual(lacks(fields, { reason: "WRONG_DISTRICT", text: "客户地址在邻县，不属本县辖区" }), { right_area: "missing" });
});

test("a crew goes with its named approval, and never with half of one", () => {
  const body = (values: Record<string, string>): unknown => (callOf("dispatch", ticketOf(), values, NOW) as { body: unknown }).body;
  assert.deepEqual(body({ crew_id: "c9", approver: "王主任", approval: "抗台" }), { crew_id: "c9", override: { name: "王主任", reason: "抗台" }, version: 1 });
  assert.deepEqual(body({ crew_id: "c9", approver: "王主任" }), { crew_id: "c9", version: 1 });
});

test("instants are China's, and the running minute is now", () => {
  assert.equal(chinaLocal(NOW), "2026-11-21T10:10");
  assert.equal(instant("2026-11-21T10:10", NOW), new Date(NOW).toISOString());
  assert.equal(Date.parse(instant("2026-11-21T09:00", NOW)), Date.parse("2026-11-21T01:00:00Z"));
  assert.equal(dayOf(Date.parse("2026-11-20T17:00:00Z")), "2026-11-21");
});
