/** Bars from tickets, rows from crews, the stretch of time, the plan with a ticket moved. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Schemas, Ticket } from "../api/client";
import { ticketOf } from "../workstation/testing.ts";
import { alike, barsOf, crewRows, incidentRows, type Known } from "./model.ts";
import { around, extent, hours, HOUR_MS, seen, x } from "./scale.ts";

const SENT = "2026-11-21T02:05:00Z";
const sent = (more: Partial<Schemas["Dispatch"]> = {}): Schemas["Dispatch"] => ({
  no: 1,
  crew_id: "c1",
  crew_name: "丹东1组",
  crew_area: "330382",
  depot: "d1",
  sent_at: SENT,
  sent_by: "a-x",
  eta_s: 600,
  why: "",
  ...more,
});
const crew = (id: string, depot: string): Schemas["CrewShown"] => ({ id, name: id, depot, area: "330382", state: "free", tickets: [] }) as unknown as Schemas["CrewShown"];
const known = (tickets: readonly Ticket[], more: Partial<Known> = {}): Known => ({
  crews: [crew("c2", "d1"), crew("c1", "d1")],
  tickets,
  stops: [],
  lists: [],
  bookings: [],
  depots: new Map([["d1", "丹东供电所"]]),
  ...more,
});

test("a crew on its way: one bar that goes on, may be dragged, and is late when the promise is over", () => {
  const ticket = ticketOf({ stage: "en_route", dispatches: [sent()], due: { arrive: "2026-11-21T02:44:00Z" } });
  const [way, ...rest] = barsOf(ticket, sent());
  assert.equal(rest.length, 0);
  assert.ok(way?.open && way.movable);
  assert.equal(way.toMs - way.fromMs, 600_000);
  assert.equal(way.promisedMs, Date.parse("2026-11-21T02:44:00Z"));
});

test("on site: the way ends with the arrival, the work goes on", () => {
  const there = sent({ arrived_at: "2026-11-21T02:20:00Z" });
  const [way, work] = barsOf(ticketOf({ stage: "repairing", dispatches: [there], etr_at: "2026-11-21T03:00:00Z" }), there);
  assert.ok(!way?.open && !way?.movable);
  assert.ok(work?.open);
  assert.equal(work.toMs, Date.parse("2026-11-21T03:00:00Z"));
});

test("restored: both bars have ended", () => {
  const there = sent({ arrived_at: "2026-11-21T02:20:00Z" });
  const bars = barsOf(ticketOf({ stage: "restored", dispatches: [there], restored_at: "2026-11-21T03:10:00Z", flags: { overdue: ["restore"] } as never }), there);
  assert.ok(bars.every((bar) => !bar.open));
  assert.ok(bars[1]?.late && !bars[0]?.late);
});

test("crews stand under their depot, others' crews at the end", () => {
  const foreign = sent({ crew_id: "c9", crew_area: "331083", depot: "d9" });
  const rows = crewRows(known([ticketOf({ stage: "en_route", dispatches: [foreign] })]));
  assert.deepEqual(rows.map((row) => [row.kind, row.id]), [["depot", "d1"], ["crew", "c1"], ["crew", "c2"], ["crew", "c9"]]);
  assert.equal(rows[3]?.bars.length, 1);
  assert.equal(rows[3]?.jobs, 1);
});

test("a row whose ticket did not change is drawn as before", () => {
  const ticket = ticketOf({ stage: "en_route", dispatches: [sent()] });
  const [, before] = crewRows(known([ticket]));
  const [, after] = crewRows(known([ticket, ticketOf({ id: "t2" })]));
  assert.ok(before && after && alike(before, after));
  const [, moved] = crewRows(known([ticketOf({ ...ticket, version: 2, stage: "arrived" })]));
  assert.ok(moved && !alike(before, moved));
});

test("in a storm there is one row for each fault point, with all who work there", () => {
  const parent = ticketOf({ stage: "en_route", dispatches: [sent(), sent({ no: 2, crew_id: "c2" })] });
  const [row] = incidentRows([{ id: "t1", parent, members: [parent] }], () => "x");
  assert.equal(row?.bars.length, 2);
});

test("the stretch, its hours and what is seen of it", () => {
  const view = around(Date.parse("2026-11-21T02:37:00Z"), 8);
  assert.equal(view.fromMs % (HOUR_MS / 4), 0);
  assert.equal(x(view.fromMs, view, 800), 0);
  assert.equal(hours(view, 800).length, 8);
  assert.ok(hours(view, 200).length <= 4);
  assert.equal(extent(view.fromMs + 1, view.fromMs + 2, view, 800)?.width, 3); // never too thin to be hit
  assert.equal(extent(view.fromMs + 9 * HOUR_MS, view.fromMs + 10 * HOUR_MS, view, 800), null);
  assert.deepEqual(seen(300, 2400, 240), { first: 96, last: 114 });
});
