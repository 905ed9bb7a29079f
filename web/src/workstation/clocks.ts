/** The clocks that run on a ticket, as the server tells them (`due`), and since when each runs. Pure. */

import type { Schemas, Ticket } from "../api/client";
import { alarm, type Alarm } from "../lib/alarm.ts";

export type Limit = Schemas["Limit"];

export interface Running {
  limit: Limit;
  key: string; // of this clock as it is set now
  due: string;
  begun: string;
  dueS: number;
  begunS: number;
}

/** Who visits by telephone is the seat: that clock is not the workstation's. */
const NOT_OURS: ReadonlySet<string> = new Set(["callback"]);

const BEGUN: Readonly<Partial<Record<Limit, (ticket: Ticket) => string | null | undefined>>> = {
  accept: (ticket) => ticket.submitted_at,
  arrive: (ticket) => ticket.reported_at,
  important: (ticket) => ticket.reported_at,
  etr: (ticket) => ticket.located_at ?? ticket.arrived_at,
  progress: (ticket) => ticket.progress_at ?? ticket.repairing_at,
  restore: (ticket) => ticket.arrived_at,
  suspension: (ticket) => ticket.suspended_at,
  answer: (ticket) => ticket.supervisions?.find((order) => !order.answered_at)?.issued_at,
};

const seconds = (at: string): number => Date.parse(at) / 1000;
/** How many whole minutes after a limit an instant (s) lies, begun ones counted; 0: in time. */
export function lateMinutes(atS: number, due: string): number {
  return Math.max(0, Math.ceil((atS - seconds(due)) / 60));
}

const kept = new WeakMap<Ticket, readonly Running[]>();

/** All clocks of the workstation that run on the ticket, the one that breaks next first. */
export function running(ticket: Ticket): readonly Running[] {
  const known = kept.get(ticket);
  if (known !== undefined) return known;
  const found = Object.entries(ticket.due ?? {})
    .filter(([limit]) => !NOT_OURS.has(limit))
    .map(([name, at]): Running => {
      const limit = name as Limit;
      const begun = BEGUN[limit]?.(ticket) ?? ticket.stage_at;
      return { limit, key: `${ticket.id}|${limit}|${at}`, due: at, begun, dueS: seconds(at), begunS: seconds(begun) };
    })
    .sort((one, other) => one.dueS - other.dueS);
  kept.set(ticket, found);
  return found;
}

/** When the next clock breaks; a ticket without clocks comes last. Seconds. */
export function nextDueS(ticket: Ticket): number {
  return running(ticket)[0]?.dueS ?? Number.MAX_SAFE_INTEGER;
}

/** How near the nearest of its clocks is to its end. */
export function levelAt(ticket: Ticket, second: number): Alarm {
  let highest: Alarm = 0;
  for (const clock of running(ticket)) {
    const level = alarm(second, clock.begunS, clock.dueS);
    if (level > highest) highest = level;
  }
  return highest;
}
