/**
 * A past day laid out so that any second of it is found at once: steps of all tickets in flat arrays, searched by halves.
 * Pure; twenty thousand tickets take a few milliseconds for each picture.
 */

import { workOf } from "../map/signs.ts";

export const DAY_S = 86_400;
export const MINUTES = 1_440;

/** A ticket as the server tells it: steps and jobs in seconds since the day began. */
export interface Played {
  id: string;
  steps: readonly (readonly [number, string])[];
  missed: number | null;
  jobs: readonly (readonly [string, string, number, number | null, number | null])[];
}

export const NOT_YET = 0;
export const WAITING = 1;
export const WORKING = 2;
export const OVER = 3;

const CODES = { waiting: WAITING, working: WORKING, over: OVER } as const;
const NEVER = 2 ** 30;

/** All steps of all tickets, in order of time. */
export interface Events {
  at: Int32Array;
  ticket: Uint32Array; // its place among the tickets
  step: Uint16Array; // its place among the ticket's steps
}

export interface Play {
  n: number;
  begins: Uint32Array; // where each ticket's steps begin in `at` and `code`; one more for the end
  at: Int32Array;
  code: Uint8Array;
  lateFrom: Int32Array; // from when to when a ticket was late for the site
  lateTo: Int32Array;
  events: Events;
  minutes: Minutes;
}

/** How many stood where at the end of each minute. */
export interface Minutes {
  waiting: Int32Array;
  working: Int32Array;
  late: Int32Array;
  crews: Int32Array;
  reported: Int32Array; // since the day began
  restored: Int32Array;
}

export function prepare(tickets: readonly Played[]): Play {
  const n = tickets.length;
  const steps = tickets.reduce((all, ticket) => all + ticket.steps.length, 0);
  const begins = new Uint32Array(n + 1);
  const at = new Int32Array(steps);
  const code = new Uint8Array(steps);
  const lateFrom = new Int32Array(n).fill(NEVER);
  const lateTo = new Int32Array(n).fill(NEVER);
  let place = 0;
  tickets.forEach((ticket, i) => {
    begins[i] = place;
    for (const [second, stage] of ticket.steps) {
      at[place] = second;
      code[place] = CODES[workOf(stage)];
      place += 1;
    }
    if (ticket.missed === null) return;
    lateFrom[i] = ticket.missed;
    lateTo[i] = Math.max(ticket.missed, settled(ticket));
  });
  begins[n] = place;
  const laid = { n, begins, at, code, lateFrom, lateTo };
  return { ...laid, events: eventsOf(tickets, steps), minutes: minutesOf(tickets, laid) };
}

const SETTLED: ReadonlySet<string> = new Set(["arrived", "located", "repairing"]);

/** When nobody waits for the crew any longer. */
function settled({ steps }: Played): number {
  const found = steps.find(([, stage]) => SETTLED.has(stage) || workOf(stage) === "over");
  return found?.[0] ?? NEVER;
}

function eventsOf(tickets: readonly Played[], n: number): Events {
  const order = new Float64Array(n);
  const owners = new Uint32Array(n);
  const numbers = new Uint16Array(n);
  let place = 0;
  tickets.forEach(({ steps }, ticket) => {
    steps.forEach(([second], step) => {
      order[place] = (second + DAY_S * 400) * n + place; // one number holds the time and the place
      owners[place] = ticket;
      numbers[place] = step;
      place += 1;
    });
  });
  order.sort();
  const found = { at: new Int32Array(n), ticket: new Uint32Array(n), step: new Uint16Array(n) };
  order.forEach((key, to) => {
    const from = key % n;
    found.at[to] = Math.floor(key / n) - DAY_S * 400;
    found.ticket[to] = owners[from] ?? 0;
    found.step[to] = numbers[from] ?? 0;
  });
  return found;
}

type Laid = Omit<Play, "events" | "minutes">;

function minutesOf(tickets: readonly Played[], laid: Laid): Minutes {
  const found = { waiting: series(), working: series(), late: series(), crews: series(), reported: series(), restored: series() };
  const { begins, at, code, lateFrom, lateTo } = laid;
  tickets.forEach((ticket, i) => {
    const end = begins[i + 1] ?? 0;
    for (let k = begins[i] ?? 0; k < end; k += 1) {
      const until = k + 1 < end ? (at[k + 1] ?? NEVER) : NEVER;
      if (code[k] === WAITING) stand(found.waiting, at[k] ?? 0, until);
      if (code[k] === WORKING) stand(found.working, at[k] ?? 0, until);
    }
    stand(found.late, lateFrom[i] ?? NEVER, lateTo[i] ?? NEVER);
    for (const [, , sent, , ended] of ticket.jobs) stand(found.crews, sent, ended ?? NEVER);
    const [first] = ticket.steps;
    if (first !== undefined && first[0] >= 0) stand(found.reported, first[0], NEVER);
    const back = ticket.steps.find(([, stage]) => stage === "restored")?.[0] ?? NEVER;
    if (back >= 0) stand(found.restored, back, NEVER);
  });
  for (const each of Object.values(found)) sum(each);
  return found;
}

function series(): Int32Array {
  return new Int32Array(MINUTES);
}

/** Counts one more from the end of the minute of `from` on, one less again from that of `to`. */
function stand(into: Int32Array, from: number, to: number): void {
  const first = Math.max(0, Math.floor(from / 60));
  const last = Math.max(0, Math.floor(to / 60));
  if (first >= MINUTES || first === last) return;
  into[first] = (into[first] ?? 0) + 1;
  if (last < MINUTES) into[last] = (into[last] ?? 0) - 1;
}

function sum(of: Int32Array): void {
  for (let n = 1; n < of.length; n += 1) of[n] = (of[n] ?? 0) + (of[n - 1] ?? 0);
}

/** How many of a growing list are not beyond the second. */
export function upTo(at: Int32Array, second: number, from = 0, to = at.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] ?? NEVER) <= second) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a ticket stood at a second. */
export function codeAt({ begins, at, code }: Play, ticket: number, second: number): number {
  const begin = begins[ticket] ?? 0;
  const place = upTo(at, second, begin, begins[ticket + 1] ?? begin);
  return place === begin ? NOT_YET : (code[place - 1] ?? NOT_YET);
}

export function lateAt({ lateFrom, lateTo }: Play, ticket: number, second: number): boolean {
  return (lateFrom[ticket] ?? NEVER) <= second && second < (lateTo[ticket] ?? NEVER);
}

/** The minute at which most were late for the site; among equals the one at which most waited. */
export function worstMinute({ late, waiting }: Minutes, end = MINUTES - 1): number {
  let worst = 0;
  const weight = (minute: number): number => (late[minute] ?? 0) * 1e6 + (waiting[minute] ?? 0);
  for (let minute = 1; minute <= end; minute += 1) if (weight(minute) > weight(worst)) worst = minute;
  return worst;
}
