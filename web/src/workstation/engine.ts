/**
 * Keeps the workstation's pictures of the board: its order, the figures, the alarms, the running line.
 *
 * A change of the board is worked in once, by what changed; the second's tick only looks at the clocks.
 */

import { useEffect } from "react";

import { board } from "../api/board";
import type { Tickets } from "../api/boardstate";
import type { Ticket } from "../api/client";
import { line } from "../api/live";
import { ring } from "../lib/bell";
import { now } from "../lib/clock";
import { Store } from "../lib/store";
import { Alarms, type Raised } from "./alarms";
import { calmed } from "./calm";
import { neighbours } from "./groups";
import { diff, figures, inTab, reordered, type Figures } from "./queue";
import { news, told, type News } from "./ticker";

export const order = new Store<readonly Ticket[]>([]);
export const calmOrder = calmed(order, 1_000); // for the Gantt
export const mapOrder = calmed(order, 2_000);
export const crewOrder = calmed(order, 5_000); // when crews are asked about anew
export const soon = new Store<readonly Ticket[]>([]); // of the order: some clock nears its end or is over
export const tally = new Store<Figures>({ waiting: 0, moving: 0, soon: 0, over: 0 });
export const standing = new Store<readonly Raised[]>([]);
export const wire = new Store<readonly News[]>([]);
export const beside = new Store<ReadonlyMap<string, number>>(new Map()); // transformer area -> open tickets

const TICK_MS = 1_000;
const picture = calmed(board, 200); // a change is seen within 300 ms
const alarms = new Alarms();
let before: Tickets = new Map();
let begun = false; // the first picture is no news

function changed(): void {
  const after = picture.get();
  const difference = diff(before, after);
  const fresh = begun ? difference.changed.map((ticket) => news(before.get(ticket.id), ticket)).filter((each) => each !== null) : [];
  begun ||= after.size > 0;
  before = after;
  order.set(reordered(order.get(), difference));
  wire.set(told(wire.get(), fresh));
  const counted = neighbours(after.values());
  if (!same(counted, beside.get())) beside.set(counted);
  count(now() / 1000);
}

function look(): void {
  const second = now() / 1000;
  count(second);
  sound(second);
}

function count(second: number): void {
  const tickets = order.get();
  const near = inTab(tickets, "soon", second);
  if (!alike(near, soon.get())) soon.set(near);
  const counted = figures(tickets, second);
  const known = tally.get();
  if ((Object.keys(counted) as (keyof Figures)[]).some((name) => counted[name] !== known[name])) tally.set(counted);
}

function sound(second: number): void {
  if (line.get().state !== "open") return; // what is not current alarms nobody anew
  const loudest = alarms.hear(order.get(), second);
  standing.set(alarms.standing);
  if (loudest !== null) void ring(loudest);
}

function alike(one: readonly Ticket[], other: readonly Ticket[]): boolean {
  return one.length === other.length && one.every((ticket, n) => ticket === other[n]);
}

function same(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return one.size === other.size && [...one].every(([area, n]) => other.get(area) === n);
}

export function acknowledge(): void {
  alarms.acknowledge();
  standing.set(alarms.standing);
}

/** Runs while the workstation is shown. */
export function useEngine(): void {
  useEffect(() => {
    changed();
    const unwatch = picture.watch(changed);
    const ticking = setInterval(look, TICK_MS);
    return () => {
      unwatch();
      clearInterval(ticking);
    };
  }, []);
}
