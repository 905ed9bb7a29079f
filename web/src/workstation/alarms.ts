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

/** Tells of everything that is alarming about the ticket now. */
function alarming(ticket: Ticket, second: number, tell: (key: string, loudness: Loudness, limit: Limit | null) => void): void {
  if (ticket.stage === "submitted") tell(`${ticket.id}|new|${ticket.submitted_at ?? ""}`, "new", null);
  for (const clock of running(ticket)) {
    const level = alarm(second, clock.begunS, clock.dueS);
    if (level > 1) tell(`${clock.key}|${level}`, level === 3 ? "over" : "warn", clock.limit);
  }
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
      alarming(ticket, second, (key, loudness, limit) => {
        if (this.#seen.has(key)) return;
        standing.push({ key, loudness, limit, ticketId: ticket.id, ticketNo: ticket.ticket_no });
        if (!this.#heard.has(key)) fresh.add(loudness);
        this.#heard.add(key);
      });
    }
    standing.sort((one, other) => LOUDEST.indexOf(one.loudness) - LOUDEST.indexOf(other.loudness));
    const known = this.#standing;
    if (standing.length !== known.length || standing.some((each, n) => each.key !== known[n]?.key)) this.#standing = standing;
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
