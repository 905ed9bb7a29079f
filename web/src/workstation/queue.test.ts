/** The queue stands in the order in which clocks break, and merging changes in gives what sorting anew would give. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Ticket } from "../api/client";
import { lateMinutes, levelAt, nextDueS, running } from "./clocks.ts";
import { diff, figures, inTab, matches, reordered } from "./queue.ts";
import { second, ticketOf } from "./testing.ts";

const minute = (n: number): string => new Date(Date.parse("2026-11-21T02:00:00Z") + n * 60_000).toISOString();

test("the clock that breaks next comes first, whatever its limit", () => {
  const ticket = ticketOf({ due: { arrive: minute(44), accept: minute(3), callback: minute(1) } });
  assert.deepEqual(running(ticket).map((clock) => clock.limit), ["accept", "arrive"]); // the call-back is the seat's
  assert.equal(nextDueS(ticket), second(minute(3)));
});

test("a crew is late by whole minutes, begun ones counted", () => {
  assert.equal(lateMinutes(second(minute(44)), minute(45)), 0);
  assert.equal(lateMinutes(second(minute(45)), minute(45)), 0);
  assert.equal(lateMinutes(second(minute(45)) + 1, minute(45)), 1);
  assert.equal(lateMinutes(second(minute(150)), minute(45)), 105);
});

test("the level is that of the nearest end of any clock", () => {
  const ticket = ticketOf({ due: { accept: minute(3), arrive: minute(44) } });
  assert.equal(levelAt(ticket, second(minute(1))), 0);
  assert.equal(levelAt(ticket, second(minute(1.6))), 1);
  assert.equal(levelAt(ticket, second(minute(2.5))), 2);
  assert.equal(levelAt(ticket, second(minute(3))), 3);
});

test("changes merged in stand where a whole sort would put them", () => {
  let random = 7;
  const next = (most: number): number => (random = (random * 48271) % 2147483647) % most;
  let before = new Map<string, Ticket>();
  let order: readonly Ticket[] = [];
  for (let round = 0; round < 60; round += 1) {
    const after = new Map(before);
    for (let n = 0; n < 8; n += 1) {
      const id = `t${next(50)}`;
      if (next(4) === 0) after.delete(id);
      else after.set(id, ticketOf({ id, version: round, due: next(5) === 0 ? {} : { arrive: minute(next(90)) } }));
    }
    order = reordered(order, diff(before, after));
    const whole = reordered([], { changed: [...after.values()], gone: new Set() });
    assert.deepEqual(order.map((ticket) => ticket.id), whole.map((ticket) => ticket.id));
    before = after;
  }
});

test("nothing changed: the same order, so that nothing is drawn", () => {
  const order = [ticketOf()];
  assert.equal(reordered(order, { changed: [], gone: new Set() }), order);
});

test("tabs and figures", () => {
  const order = [ticketOf({ due: { accept: minute(3) } }), ticketOf({ id: "t2", stage: "repairing", due: { restore: minute(180) } }), ticketOf({ id: "t3", stage: "replied" })];
  const at = second(minute(2.9));
  assert.deepEqual(inTab(order, "waiting", at).map((each) => each.id), ["t1"]);
  assert.deepEqual(inTab(order, "moving", at).map((each) => each.id), ["t2"]);
  assert.deepEqual(inTab(order, "soon", at).map((each) => each.id), ["t1"]);
  assert.deepEqual(figures(order, at), { waiting: 1, moving: 1, soon: 1, over: 0 });
  assert.deepEqual(figures(order, second(minute(4))), { waiting: 1, moving: 1, soon: 0, over: 1 });
});

test("searching by number, address and crew", () => {
  const ticket = ticketOf({ address: "丹西街道新丰路177号" });
  assert.ok(matches(ticket, "新丰路"));
  assert.ok(matches(ticket, "0000001"));
  assert.ok(matches(ticket, "  "));
  assert.ok(!matches(ticket, "石浦"));
});
