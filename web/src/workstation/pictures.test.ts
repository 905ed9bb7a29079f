/** Groups, the running line, and what a crew is doing. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Schemas } from "../api/client";
import { doing } from "./crews.ts";
import { gist } from "./gist.ts";
import { incidents, neighbours } from "./groups.ts";
import { ticketOf } from "./testing.ts";
import { news, told } from "./ticker.ts";

const flags = (more: Record<string, unknown>): never => ({ overdue: [], chased_n: 0, ...more }) as never;

test("customers behind one transformer are counted, a single one is not", () => {
  const counted = neighbours([ticketOf({ transformer_area: "丹西19号" }), ticketOf({ id: "t2", transformer_area: "丹西19号" }), ticketOf({ id: "t3", transformer_area: "x" })]);
  assert.deepEqual([...counted], [["丹西19号", 2]]);
});

test("a fault point is led by the ticket that was not merged, and counts its customers", () => {
  const child = ticketOf({ id: "t2", incident_id: "t1", merged_into: "t1", stage: "merged" });
  const [one] = incidents([child, ticketOf({ customers_out: 8 })]);
  assert.equal(one?.parent.id, "t1");
  assert.equal(one?.customers, 9);
  assert.deepEqual(one?.members.map((each) => each.id), ["t1", "t2"]);
});

test("the line tells what became other between two versions", () => {
  const before = ticketOf();
  assert.equal(news(undefined, before)?.what, "new");
  assert.equal(news(before, ticketOf({ version: 2, stage: "accepted" }))?.what, "stage");
  assert.equal(news(before, ticketOf({ version: 2, flags: flags({ chased_n: 2 }) }))?.n, 2);
  assert.equal(news(before, ticketOf({ version: 2, flags: flags({ overdue: ["accept"] }) }))?.what, "overdue");
  assert.equal(news(before, ticketOf({ version: 2 })), null);
  const newest = news(undefined, before);
  assert.ok(newest);
  assert.equal(told([], [{ ...newest, at: "1" }, { ...newest, at: "2" }])[0]?.at, "2");
});

test("a crew does what the ticket that it is on says", () => {
  const crew = { id: "c1", state: "busy", tickets: ["t1"] } as unknown as Schemas["CrewShown"];
  assert.equal(doing(crew, new Map([["t1", ticketOf({ stage: "en_route" })]])), "en_route");
  assert.equal(doing(crew, new Map([["t1", ticketOf({ stage: "repairing" })]])), "on_site");
  assert.equal(doing({ ...crew, state: "off_shift" }, new Map()), "off");
  assert.equal(doing({ ...crew, state: "free", tickets: [] }, new Map()), "free");
});

test("the gist of an event is what was said with it", () => {
  assert.equal(gist({ kind: "warned", limit: "arrive", level: 2, due_at: "2026-11-21T02:00:00Z", told: [] }, (_, value) => value), "▲▲ arrive");
  assert.equal(gist({ kind: "accepted" }, (_, value) => value), "");
});
