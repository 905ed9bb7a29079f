/** One picture of the replay: tickets as they stood at a second, crews at the tickets they were on. */

import type { Schemas } from "../api/client";
import type { Batch, Kind } from "../map/dots";
import type { Label, Scene } from "../map/scene";
import { drawn, type Shift } from "../map/shift";
import { CREW_SIGNS, ticketSign } from "../map/signs";
import { codeAt, lateAt, NOT_YET, OVER, WAITING, type Play } from "./play";

export type Replay = Schemas["ReplayShown"];

/** Places of all tickets, Mercator; NaN where none is known. */
export function placesOf(day: Replay, shift: Shift): Float64Array {
  const at = new Float64Array(day.tickets.length * 2).fill(NaN);
  day.tickets.forEach(({ lon, lat }, i) => {
    if (lon !== null && lat !== null) at.set(drawn(lon, lat, shift), i * 2);
  });
  return at;
}

const KINDS: readonly Kind[] = [ticketSign("working", 0), ticketSign("waiting", 0), ticketSign("working", 3), ticketSign("waiting", 3)];

const MOST_NAMES = 300; // crews; beyond it names would only hide the points

/** Collects points of one kind without an object for each. */
class Pile {
  readonly ids: string[] = [];
  readonly #at: number[] = [];

  add(id: string, x: number, y: number): void {
    this.ids.push(id);
    this.#at.push(x, y);
  }

  batch(kind: Kind): Batch {
    return { kind, ids: this.ids, at: Float64Array.from(this.#at) };
  }
}

export function frameAt(day: Replay, play: Play, places: Float64Array, second: number, selected: string | null): Scene {
  const piles = KINDS.map(() => new Pile());
  const crews = { sent: new Pile(), there: new Pile() };
  const labels: Label[] = [];
  let ring: Scene["rings"] = [];
  day.tickets.forEach((ticket, i) => {
    const code = codeAt(play, i, second);
    const x = places[i * 2] ?? NaN;
    const y = places[i * 2 + 1] ?? NaN;
    if (code === NOT_YET || Number.isNaN(x)) return;
    if (ticket.id === selected) ring = [{ x, y, colour: "mark-line" }];
    if (code === OVER) return;
    piles[(lateAt(play, i, second) ? 2 : 0) + (code === WAITING ? 1 : 0)]?.add(ticket.id, x, y);
    for (const [, name, sent, arrived, ended] of ticket.jobs) {
      if (sent > second || (ended !== null && ended <= second)) continue;
      crews[arrived !== null && arrived <= second ? "there" : "sent"].add(ticket.id, x, y);
      labels.push({ x, y, text: name, colour: "text", away: 15 });
    }
  });
  const batches = [...piles.map((pile, n) => pile.batch(KINDS[n] ?? ticketSign("working", 0))), crews.sent.batch({ ...CREW_SIGNS.en_route, size: 3.5 }), crews.there.batch({ ...CREW_SIGNS.on_site, size: 3.5 })];
  return { batches: batches.filter((batch) => batch.ids.length > 0), lines: [], rings: ring, labels: labels.length > MOST_NAMES ? [] : labels };
}
