/** By what the counties of the map are coloured: the value of each, its text, its class. Pure. */

import { breaksOf, classOf, spans } from "./classes.ts";
import { arriveRate, minutesText } from "./figures.ts";
import type { Tally } from "./figures.ts";

export type Measure = "open" | "reported" | "overdue" | "arrive" | "restore";
export const MEASURES: readonly Measure[] = ["open", "reported", "overdue", "arrive", "restore"];

const VALUES: Readonly<Record<Measure, (tally: Tally) => number | null>> = {
  open: (tally) => tally.open,
  reported: (tally) => tally.reported,
  overdue: (tally) => tally.overdue,
  arrive: arriveRate,
  restore: (tally) => tally.restore_min,
};

/** Shares are coloured by how much is missing, in steps that do not move: 99, 98, 95, 90 percent. */
const MISSING: readonly number[] = [0.01, 0.02, 0.05, 0.1];

export interface Coloured {
  value: number | null;
  text: string;
  step: number; // 0: nothing, 1 to 5: the hottest last
}

export interface Colouring {
  of: ReadonlyMap<string, Coloured>;
  legend: readonly { step: number; text: string }[];
}

function say(measure: Measure, value: number): string {
  return measure === "arrive" ? `${(value * 100).toFixed(0)}%` : minutesText(value < 10 && Number.isInteger(value) ? value : Math.round(value)).replace(".0", "");
}

export function colouring(measure: Measure, counties: readonly { code: string; tally: Tally }[]): Colouring {
  const values = counties.map(({ code, tally }) => ({ code, value: VALUES[measure](tally) }));
  if (measure === "arrive") return ofShares(values);
  const numbers = values.flatMap(({ value }) => value ?? []);
  const breaks = breaksOf(numbers);
  const of = new Map(values.map(({ code, value }) => [code, { value, text: value === null || value === 0 ? "" : say(measure, value), step: classOf(value, breaks) }]));
  const highest = Math.max(0, ...numbers);
  const legend = highest === 0 ? [] : spans(breaks, highest).map(({ from, to, step }) => ({ step, text: `${say(measure, from)} < n ≤ ${say(measure, to)}` }));
  return { of, legend: [{ step: 0, text: "0" }, ...legend] };
}

function ofShares(values: readonly { code: string; value: number | null }[]): Colouring {
  const stepOf = (value: number): number => 1 + MISSING.filter((missing) => 1 - value > missing + 1e-9).length;
  const of = new Map(values.map(({ code, value }) => [code, { value, text: value === null ? "" : say("arrive", value), step: value === null ? 0 : stepOf(value) }]));
  const ends = [...MISSING].map((missing) => say("arrive", 1 - missing));
  const legend = [`≥ ${ends[0]}`, `≥ ${ends[1]}`, `≥ ${ends[2]}`, `≥ ${ends[3]}`, `< ${ends[3]}`].map((text, n) => ({ step: n + 1, text }));
  return { of, legend: [{ step: 0, text: "—" }, ...legend] };
}
