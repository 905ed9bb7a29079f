/** Each alarm sounds once per ticket, clock and level, stays until it is acknowledged or settled, and comes back never. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Alarms } from "./alarms.ts";
import { second, ticketOf } from "./testing.ts";

const DUE = "2026-11-21T02:03:00Z";
const at = (s: number): number => second("2026-11-21T02:00:00Z") + s;

test("a new ticket, ▲▲ and ✖ sound once each", () => {
  const alarms = new Alarms();
  const tickets = [ticketOf({ due: { accept: DUE } })];
  assert.equal(alarms.hear(tickets, at(1)), "new");
  assert.equal(alarms.hear(tickets, at(2)), null);
  assert.equal(alarms.hear(tickets, at(100)), null); // ▲ is shown, it does not sound
  assert.equal(alarms.hear(tickets, at(140)), "warn");
  assert.equal(alarms.hear(tickets, at(141)), null);
  assert.equal(alarms.hear(tickets, at(180)), "over");
  assert.equal(alarms.hear(tickets, at(181)), null);
});

test("the strip holds what nobody acknowledged, the loudest first, and only what still holds", () => {
  const alarms = new Alarms();
  const over = ticketOf({ id: "t2", due: { accept: "2026-11-21T02:00:30Z" } });
  alarms.hear([ticketOf({ due: { accept: DUE } }), over], at(31));
  assert.deepEqual(alarms.standing.map((each) => each.loudness), ["over", "new", "new"]);
  const before = alarms.standing;
  alarms.hear([ticketOf({ due: { accept: DUE } }), over], at(32));
  assert.equal(alarms.standing, before); // nothing is drawn anew
  alarms.hear([over], at(33)); // the other was accepted elsewhere
  assert.deepEqual(alarms.standing.map((each) => each.ticketId), ["t2", "t2"]);
  alarms.acknowledge();
  assert.equal(alarms.standing.length, 0);
  assert.equal(alarms.hear([over], at(40)), null);
  assert.equal(alarms.standing.length, 0);
});

test("a clock that is set anew may alarm anew", () => {
  const alarms = new Alarms();
  alarms.hear([ticketOf({ stage: "accepted", due: { dispatch: "2026-11-21T02:00:10Z" } })], at(11));
  alarms.acknowledge();
  assert.equal(alarms.hear([ticketOf({ stage: "accepted", due: { dispatch: "2026-11-21T02:00:40Z" } })], at(41)), "over");
});
