/**
 * The crews' day as rows of bars: on the way, at work, booked, planned. Pure.
 *
 * A bar without an end goes on until now; the drawing stretches it, so that the bars themselves change only with their
 * ticket.
 */

import type { Schemas, Ticket } from "../api/client";

type Crew = Schemas["CrewShown"];
type Dispatch = Schemas["Dispatch"];
type Stop = Schemas["dispatch__web__plans__StopShown"];
type Team = Schemas["TeamShown"];
type Booking = Pick<Schemas["BookingShown"], "id" | "depot" | "kind" | "state" | "from_at" | "to_at">;

export type BarKind = "travel" | "work" | "booked" | "planned";

export interface Bar {
  key: string;
  kind: BarKind;
  ticketId: string | null;
  fromMs: number;
  toMs: number; // known, promised or expected
  open: boolean; // goes on: never drawn to end before now
  late: boolean; // the promise broke
  promisedMs: number | null; // once it is over the bar is late, too
  text: string;
  symptom: string | null;
  crew: string;
  movable: boolean; // may be dragged onto another crew's row
}

export interface Row {
  id: string;
  kind: "depot" | "crew" | "incident";
  name: string;
  area: string;
  depot: string;
  state: Crew["state"] | null;
  jobs: number; // in hand
  bars: readonly Bar[];
}

const PLANNED_MS = 30 * 60_000; // a plan tells when work begins, not how long it takes
const REPLACEABLE: ReadonlySet<string> = new Set(["dispatched", "crew_accepted", "en_route"]);
const ms = (at: string): number => Date.parse(at);

function overdue(ticket: Ticket, limit: "arrive" | "restore"): boolean {
  return ticket.flags?.overdue?.includes(limit) ?? false;
}

/** The way to a ticket and the work on it, of one crew that was sent. */
export function barsOf(ticket: Ticket, sent: Dispatch): readonly Bar[] {
  const ended = sent.ended_at ?? (sent.no === ticket.dispatches?.length ? ticket.restored_at : null) ?? null;
  const arrived = sent.arrived_at ?? null;
  const about = { ticketId: ticket.id, symptom: ticket.symptom as string, text: ticket.ticket_no, crew: sent.crew_name };
  const key = `${ticket.id}-${sent.no}`;
  const dueArrive = dueOf(ticket, "arrive");
  const way: Bar = {
    ...about,
    key: `${key}-way`,
    kind: "travel",
    fromMs: ms(sent.sent_at),
    toMs: ms(arrived ?? ended ?? sent.sent_at) + (arrived === null && ended === null ? sent.eta_s * 1000 : 0),
    open: arrived === null && ended === null,
    late: overdue(ticket, "arrive"),
    promisedMs: arrived === null && ended === null ? dueArrive : null,
    movable: arrived === null && ended === null && REPLACEABLE.has(ticket.stage),
  };
  if (arrived === null) return [way];
  const expected = ended ?? ticket.etr_at ?? null;
  const work: Bar = {
    ...about,
    key: `${key}-work`,
    kind: "work",
    fromMs: ms(arrived),
    toMs: expected === null ? ms(arrived) : ms(expected),
    open: ended === null,
    late: overdue(ticket, "restore"),
    promisedMs: ended === null ? (dueOf(ticket, "restore") ?? (ticket.etr_at ? ms(ticket.etr_at) : null)) : null,
    movable: false,
  };
  return [way, work];
}

function dueOf(ticket: Ticket, limit: string): number | null {
  const due = ticket.due?.[limit];
  return due === undefined ? null : ms(due);
}

/** Makes each thing once, as long as the answer that it came with is held. */
function once<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const held = made.get(key) ?? make(key);
    made.set(key, held);
    return held;
  };
}

export const planned = once((stop: Stop): Bar => {
  const fromMs = ms(stop.starts_at);
  return {
    key: `plan-${stop.ticket_id}`,
    kind: "planned",
    ticketId: stop.ticket_id,
    fromMs,
    toMs: fromMs + PLANNED_MS,
    open: false,
    late: false,
    promisedMs: null,
    text: stop.ticket_no ?? "",
    symptom: null,
    crew: stop.crew_name ?? "",
    movable: !stop.ticket_id.startsWith("visit/"),
  };
});

/** The bars of a ticket by crew; kept as long as the ticket's version is. */
const byCrew = once((ticket: Ticket): ReadonlyMap<string, readonly Bar[]> => {
  const found = new Map<string, readonly Bar[]>();
  for (const sent of ticket.dispatches ?? []) found.set(sent.crew_id, [...(found.get(sent.crew_id) ?? []), ...barsOf(ticket, sent)]);
  return found;
});

/** Booked visits as the half-day's list gives them to a team. */
export const visits = once((team: Team): readonly Bar[] =>
  team.stops
    .filter((stop) => stop.outcome === null || stop.outcome === "done")
    .map((stop) => booked(stop.booking_id, stop.kind, ms(stop.begins_at), ms(stop.ends_at))),
);

const unlisted = once((booking: Booking): Bar => booked(booking.id, booking.kind, ms(booking.from_at), ms(booking.to_at)));

function booked(id: string, kind: string, fromMs: number, toMs: number): Bar {
  return { key: `visit-${id}`, kind: "booked", ticketId: null, fromMs, toMs, open: false, late: false, promisedMs: null, text: kind, symptom: null, crew: "", movable: false };
}

export interface Known {
  crews: readonly Crew[];
  tickets: readonly Ticket[]; // open ones, and those that ended today
  stops: readonly Stop[];
  lists: readonly Schemas["WorklistShown"][];
  bookings: readonly Booking[]; // of the day, whoever goes
  depots: ReadonlyMap<string, string>; // names
}

/** Bars by crew, from all that is known; the same arrays while nothing of the crew changed. */
function gathered({ tickets, stops, lists }: Known): ReadonlyMap<string, readonly Bar[]> {
  const found = new Map<string, readonly Bar[]>();
  const add = (crewId: string, bars: readonly Bar[]): void => {
    const held = found.get(crewId);
    found.set(crewId, held === undefined ? bars : [...held, ...bars]);
  };
  for (const ticket of tickets) for (const [crewId, bars] of byCrew(ticket)) add(crewId, bars);
  for (const stop of stops) add(stop.crew_id, [planned(stop)]);
  for (const list of lists) for (const team of list.teams) if (team.crew_id !== null && team.withdrawn === "") add(team.crew_id, visits(team));
  return found;
}

function depotRow(depot: string, known: Known, listed: ReadonlySet<string>): Row {
  const waiting = known.bookings.filter((booking) => booking.depot === depot && !listed.has(booking.id) && (booking.state === "booked" || booking.state === "held"));
  const bars = waiting.map(unlisted);
  return { id: depot, kind: "depot", name: known.depots.get(depot) ?? depot, area: "", depot, state: null, jobs: 0, bars };
}

/** Crews under their depots, then crews of others that are at work here. */
export function crewRows(known: Known): readonly Row[] {
  const bars = gathered(known);
  const listed = new Set(known.lists.flatMap((list) => list.teams.flatMap((team) => team.stops.map((stop) => stop.booking_id))));
  const rows: Row[] = [];
  const own = [...known.crews].sort((one, other) => (one.depot < other.depot ? -1 : one.depot > other.depot ? 1 : one.id < other.id ? -1 : 1));
  let depot: string | null = null;
  for (const crew of own) {
    if (crew.depot !== depot) rows.push(depotRow(crew.depot, known, listed));
    depot = crew.depot;
    rows.push({ id: crew.id, kind: "crew", name: crew.name, area: crew.area, depot, state: crew.state, jobs: crew.tickets.length, bars: bars.get(crew.id) ?? NONE });
  }
  return rows.concat(lent(known, new Set(own.map((crew) => crew.id)), bars));
}
const NONE: readonly Bar[] = [];

function lent(known: Known, own: ReadonlySet<string>, bars: ReadonlyMap<string, readonly Bar[]>): Row[] {
  const found = new Map<string, Row>();
  for (const ticket of known.tickets) {
    for (const sent of ticket.dispatches ?? []) {
      const { crew_id: id, crew_name: name, crew_area: area, depot } = sent;
      if (own.has(id)) continue;
      const jobs = (found.get(id)?.jobs ?? 0) + (sent.ended_at || ticket.restored_at ? 0 : 1);
      found.set(id, { id, kind: "crew", name, area, depot, state: null, jobs, bars: bars.get(id) ?? NONE });
    }
  }
  return [...found.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

export interface IncidentOf {
  id: string;
  parent: Ticket;
  members: readonly Ticket[];
}

/** Whether two pictures of a row would be drawn alike. */
export function alike(one: Row, other: Row): boolean {
  const { bars, ...about } = one;
  return (Object.keys(about) as (keyof typeof about)[]).every((name) => about[name] === other[name]) && bars.length === other.bars.length && bars.every((bar, n) => bar === other.bars[n]);
}

/** In a storm: one row for each fault point, with whoever works there. */
export function incidentRows(incidents: readonly IncidentOf[], named: (incident: IncidentOf) => string): readonly Row[] {
  return incidents.map((incident) => {
    const sent = incident.members.flatMap((ticket) => (ticket.dispatches ?? []).map((each) => ({ ticket, each })));
    const bars = sent.flatMap(({ ticket, each }) => (byCrew(ticket).get(each.crew_id) ?? NONE).filter((bar) => bar.key.startsWith(`${ticket.id}-${each.no}-`)));
    return { id: incident.id, kind: "incident", name: named(incident), area: incident.parent.area, depot: "", state: null, jobs: incident.members.length, bars };
  });
}
