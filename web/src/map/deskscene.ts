/** The workstation's map as a scene: tickets by work and alarm, crews by state, the selected one, lines to the offers. */

import type { Schemas, Ticket } from "../api/client";
import { levelAt } from "../workstation/clocks";
import { batches, type Dot } from "./dots";
import type { MapCrew } from "./model";
import type { Label, Line, Scene } from "./scene";
import type { Land } from "./shapes";
import { drawn, type Shift } from "./shift";
import { crewSign, located, ticketSign, workOf } from "./signs";

export interface Seen {
  tickets: readonly Ticket[];
  crews: readonly MapCrew[];
  selected: string | null;
  offers: readonly Schemas["dispatch__web__offers__OfferShown"][];
  lands: readonly Land[];
  depots: ReadonlyMap<string, readonly [number, number]>; // lon, lat: where a crew of another county is drawn from
}

/** Ids of points: tickets and crews may not be mixed up. */
export const crewPoint = (id: string): string => `crew ${id}`;
const CREW = /^crew (.*)$/;

export function crewOf(point: string): string | null {
  return CREW.exec(point)?.[1] ?? null;
}

const OFFERS = 3;

export function deskScene(seen: Seen, shift: Shift, second: number): Scene {
  const { tickets, crews, selected, lands } = seen;
  const chosen = tickets.find((ticket) => ticket.id === selected);
  const crewDots = crews.map((crew) => crewDot(crew, shift));
  const dots = [...[...ticketDots(tickets, shift, second)].sort(calmFirst), ...crewDots];
  const ring = chosen !== undefined && located(chosen) ? drawn(chosen.lon, chosen.lat, shift) : null;
  const lines = ring === null ? [] : offerLines(ring, seen, shift);
  const rings = ring === null ? [] : [{ x: ring[0], y: ring[1], colour: "mark-line" }];
  return { batches: batches(dots), lines, rings, labels: [...crewLabels(crews, crewDots), ...landLabels(lands, shift)] };
}

function calmFirst(one: Dot, other: Dot): number {
  return rank(one) - rank(other);
}

function rank({ kind }: Dot): number {
  return (kind.mark ?? 0) + (kind.shape === "triangle" ? 10 : 0);
}

function* ticketDots(tickets: readonly Ticket[], shift: Shift, second: number): Generator<Dot> {
  for (const ticket of tickets) {
    const work = workOf(ticket.stage);
    if (work === "over" || !located(ticket)) continue;
    const [x, y] = drawn(ticket.lon, ticket.lat, shift);
    yield { id: ticket.id, x, y, kind: ticketSign(work, levelAt(ticket, second)) };
  }
}

function crewDot(crew: MapCrew, shift: Shift): Dot {
  const [x, y] = drawn(crew.lon, crew.lat, shift);
  return { id: crewPoint(crew.id), x, y, kind: crewSign(crew) };
}

/** Lines to where the crews are; of a crew that this county does not see, to its depot. */
function offerLines(from: readonly [number, number], { offers, crews, depots }: Seen, shift: Shift): Line[] {
  const places = new Map(crews.map((crew) => [crew.id, [crew.lon, crew.lat] as const]));
  return offers.slice(0, OFFERS).flatMap((offer, n) => {
    const place = places.get(offer.crew_id) ?? depots.get(offer.depot);
    return place === undefined ? [] : [{ from, to: drawn(...place, shift), text: String(n + 1) }];
  });
}

function crewLabels(crews: readonly MapCrew[], dots: readonly Dot[]): Label[] {
  return crews.flatMap((crew, n) => {
    const dot = dots[n];
    return dot === undefined || crew.state === "off" ? [] : [{ x: dot.x, y: dot.y, text: crew.name, colour: "text", away: 15 }];
  });
}

/** The names of areas, where they do not lie on anything. */
export function landLabels(lands: readonly Land[], shift: Shift): Label[] {
  return lands.flatMap(({ lon, lat, name }) => {
    if (lon === null || lat === null) return [];
    const [x, y] = drawn(lon, lat, shift);
    return [{ x, y, text: name, colour: "soft", away: 0 }];
  });
}
