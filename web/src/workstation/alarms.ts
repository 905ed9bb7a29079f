/** Which alarms sound: a new ticket, ▲▲ and ✖, each once per ticket, clock and level, until somebody has seen them. Pure. */

import type { Ticket } from "../api/client";
import { alarm } from "../lib/alarm.ts";
import { running, type Limit } from "./clocks.ts";

export type Loudness = "new" | "warn" | "over";

export interface Raised {
  key: string;
  ticketId: string;
  ticketNo: string;
  loudness: Loudness;
  limit: Limit | null; // null: a new ticket
}

const LOUDEST: readonly Loudness[] = ["over", "warn", "new"];

/** Everything that is alarming about the ticket now. */
export function alarming(ticket: Ticket, second: number): readonly Raised[] {
  const found: Raised[] = [];
  const of = { ticketId: ticket.id, ticketNo: ticket.ticket_no };
  if (ticket.stage === "submitted") found.push({ ...of, key: `${ticket.id}|new|${ticket.submitted_at ?? ""}`, loudness: "new", limit: null });
  for (const clock of running(ticket)) {
    const level = alarm(second, clock.begunS, clock.dueS);
    if (level < 2) continue;
    found.push({ ...of, key: `${ticket.id}|${clock.limit}|${clock.due}|${level}`, loudness: level === 3 ? "over" : "warn", limit: clock.limit });
  }
  return found;
}

export class Alarms {
  readonly #heard = new Set<string>(); // has sounded
  readonly #seen = new Set<string>(); // somebody acknowledged it
  #standing: readonly Raised[] = [];

  /** Takes in the tickets as they are; tells what sounds now for the first time, the loudest, if anything does. */
  hear(tickets: Iterable<Ticket>, second: number): Loudness | null {
    const standing: Raised[] = [];
    const fresh = new Set<Loudness>();
    for (const ticket of tickets) {
      for (const each of alarming(ticket, second)) {
        if (this.#seen.has(each.key)) continue;
        standing.push(each);
        if (this.#heard.has(each.key)) continue;
        this.#heard.add(each.key);
        fresh.add(each.loudness);
      }
    }
    standing.sort((one, other) => LOUDEST.indexOf(one.loudness) - LOUDEST.indexOf(other.loudness));
    if (standing.map((each) => each.key).join() !== this.#standing.map((each) => each.key).join()) this.#standing = standing;
    return LOUDEST.find((each) => fresh.has(each)) ?? null;
  }

  /** What nobody has acknowledged and still holds, the loudest first; the same array while nothing changes. */
  get standing(): readonly Raised[] {
    return this.#standing;
  }

  acknowledge(): void {
    for (const each of this.#standing) this.#seen.add(each.key);
    this.#standing = [];
  }
}
