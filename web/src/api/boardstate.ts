/** What the messages of the feed make of the tickets: the higher version wins, what ended does not come back. Pure. */

import type { Ticket } from "./client";
import type { Message } from "./live";

export type Tickets = ReadonlyMap<string, Ticket>;

const ENDED = new Set(["closed", "cancelled"]);

export class Board {
  readonly #areas = new Map<string, Map<string, Ticket>>();
  readonly #parts = new Map<string, Ticket[]>();
  readonly #ended = new Map<string, number>(); // id -> version: an older word that comes later does not bring it back

  /** Takes one message in; tells whether a ticket changed. */
  apply(message: Message): boolean {
    switch (message.kind) {
      case "hello":
        this.#parts.clear(); // half a snapshot of a lost line
        return false;
      case "snapshot":
        return this.#snapshot(message.area, message.tickets as unknown as Ticket[], message.more);
      case "ticket":
        return this.#changed(this.#area(message.area), message.body as unknown as Ticket);
      case "gone":
        return this.#gone(message.area, message.body);
      default:
        return false;
    }
  }

  /** All tickets, each in its highest version: one lent to another county stands in two areas. */
  all(): Tickets {
    const merged = new Map<string, Ticket>();
    for (const tickets of this.#areas.values()) {
      for (const ticket of tickets.values()) {
        const held = merged.get(ticket.id);
        if (held === undefined || held.version < ticket.version) merged.set(ticket.id, ticket);
      }
    }
    return merged;
  }

  #area(code: string): Map<string, Ticket> {
    const held = this.#areas.get(code) ?? new Map<string, Ticket>();
    this.#areas.set(code, held);
    return held;
  }

  #snapshot(area: string, tickets: Ticket[], more: boolean): boolean {
    const parts = [...(this.#parts.get(area) ?? []), ...tickets];
    if (more) {
      this.#parts.set(area, parts);
      return false;
    }
    this.#parts.delete(area);
    const held = new Map<string, Ticket>();
    for (const ticket of parts) this.#changed(held, ticket);
    this.#areas.set(area, held);
    return true;
  }

  #changed(area: Map<string, Ticket>, ticket: Ticket): boolean {
    const held = area.get(ticket.id);
    if (held !== undefined && held.version >= ticket.version) return false;
    if ((this.#ended.get(ticket.id) ?? -1) >= ticket.version) return false;
    if (ENDED.has(ticket.stage)) {
      this.#ended.set(ticket.id, ticket.version);
      area.delete(ticket.id);
    } else area.set(ticket.id, ticket);
    return true;
  }

  #gone(code: string, left: { id: string; version: number }): boolean {
    const held = this.#area(code).get(left.id);
    return held !== undefined && held.version <= left.version && this.#area(code).delete(left.id);
  }
}
