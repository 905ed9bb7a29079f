/** The queue: which tickets stand in which tab, in the order in which their clocks break; searching. Pure. */

import type { Schemas, Ticket } from "../api/client";
import { levelAt, nextDueS } from "./clocks.ts";

export type Stage = Schemas["Stage"];
export type Tab = "waiting" | "soon" | "moving" | "all";
export const TABS: readonly Tab[] = ["waiting", "soon", "moving", "all"];

export const WAITING: ReadonlySet<Stage> = new Set<Stage>(["submitted", "accepted"]);
export const MOVING: ReadonlySet<Stage> = new Set<Stage>(["dispatched", "crew_accepted", "en_route", "arrived", "located", "repairing"]);

export interface Diff {
  changed: readonly Ticket[]; // new, or in a new version
  gone: ReadonlySet<string>; // no longer open, or no longer ours
}

/** What became other between two pictures of the board. */
export function diff(before: ReadonlyMap<string, Ticket>, after: ReadonlyMap<string, Ticket>): Diff {
  const changed: Ticket[] = [];
  for (const [id, ticket] of after) if (before.get(id) !== ticket) changed.push(ticket);
  const gone = new Set<string>();
  for (const id of before.keys()) if (!after.has(id)) gone.add(id);
  return { changed, gone };
}

function sooner(one: Ticket, other: Ticket): number {
  return nextDueS(one) - nextDueS(other) || (one.reported_at < other.reported_at ? -1 : one.reported_at > other.reported_at ? 1 : 0) || (one.id < other.id ? -1 : 1);
}

/** Keeps an order current: only what changed is sorted, then merged in. */
export function reordered(order: readonly Ticket[], { changed, gone }: Diff): readonly Ticket[] {
  if (changed.length === 0 && gone.size === 0) return order;
  const moved = new Set(changed.map((ticket) => ticket.id));
  const stayed = order.filter((ticket) => !moved.has(ticket.id) && !gone.has(ticket.id));
  const fresh = [...changed].sort(sooner);
  const merged: Ticket[] = [];
  let place = 0;
  for (const ticket of stayed) {
    for (let next = fresh[place]; next !== undefined && sooner(next, ticket) < 0; next = fresh[place]) {
      merged.push(next);
      place += 1;
    }
    merged.push(ticket);
  }
  return merged.concat(fresh.slice(place));
}

const IN_TAB: Readonly<Record<Tab, (ticket: Ticket, second: number) => boolean>> = {
  waiting: (ticket) => WAITING.has(ticket.stage),
  soon: (ticket, second) => levelAt(ticket, second) > 0,
  moving: (ticket) => MOVING.has(ticket.stage),
  all: () => true,
};

export function inTab(order: readonly Ticket[], tab: Tab, second: number): readonly Ticket[] {
  return tab === "all" ? order : order.filter((ticket) => IN_TAB[tab](ticket, second));
}

/** Whether what was typed occurs in the number, the address, the place, or the crew's name. */
export function matches(ticket: Ticket, typed: string): boolean {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return true;
  const crew = ticket.dispatches?.at(-1)?.crew_name;
  return [ticket.ticket_no, ticket.external_no, ticket.address, ticket.place_said, ticket.transformer_area, crew].some((text) => text?.toLowerCase().includes(wanted));
}

export interface Figures {
  waiting: number;
  moving: number;
  soon: number; // ▲ and ▲▲
  over: number; // ✖
}

export function figures(order: readonly Ticket[], second: number): Figures {
  const found = { waiting: 0, moving: 0, soon: 0, over: 0 };
  for (const ticket of order) {
    if (WAITING.has(ticket.stage)) found.waiting += 1;
    else if (MOVING.has(ticket.stage)) found.moving += 1;
    const level = levelAt(ticket, second);
    if (level === 3) found.over += 1;
    else if (level > 0) found.soon += 1;
  }
  return found;
}
