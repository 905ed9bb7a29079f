/** The figures of a dashboard as they are told: value, what it was yesterday at this time, whether it is a worry. Pure. */

import type { Schemas } from "../api/client";

export type Tally = Schemas["TallyShown"];

/** A share of those of whom it is settled; null where nothing is. */
export function share(part: number, of: number): number | null {
  return of > 0 ? part / of : null;
}

export function acceptRate(tally: Tally): number | null {
  return share(tally.accepted_in_time, tally.accepted);
}

/** Who has not arrived yet but is late counts as late; who still has time does not count. */
export function arriveRate(tally: Tally): number | null {
  return share(tally.arrived_in_time, tally.arrived_in_time + tally.arrive_broken);
}

export function satisfiedRate(tally: Tally): number | null {
  return share(tally.satisfied, tally.answered);
}

/** +41%; of nothing there is no change. */
export function change(now: number | null, before: number | null): string | null {
  if (now === null || before === null || before === 0) return null;
  const percent = Math.round(((now - before) / before) * 100);
  return `${percent > 0 ? "+" : ""}${percent}%`;
}

/** +1.2 points between two shares. */
export function points(now: number | null, before: number | null): string | null {
  if (now === null || before === null) return null;
  const gained = (now - before) * 100;
  return `${gained > 0 ? "+" : ""}${gained.toFixed(1)}`;
}

/**
 * The share of a step that is told beside it: of acceptance and arrival the very figure of the cards, which counts those
 * that are late and have not come; of other steps those within the limit of those that took it; null: it has no limit.
 */
export function stepRate({ step, n, in_time }: Schemas["dispatch__web__dashboard__StepShown"], now: Tally): number | null {
  if (in_time === null) return null;
  if (step === "accepted") return acceptRate(now);
  return step === "arrived" ? arriveRate(now) : share(in_time, n);
}

export type Tone = "plain" | "ok" | "warn" | "bad";

const WATCHED = 0.98; // shares beneath it are marked
const BAD = 0.9;

/** How a share of limits that were kept looks. */
export function toneOf(rate: number | null): Tone {
  return rate === null ? "plain" : rate >= WATCHED ? "ok" : rate >= BAD ? "warn" : "bad";
}

export const MARK: Readonly<Record<Tone, string>> = { plain: "", ok: "", warn: "▲ ", bad: "✖ " };

/** Minutes as people say them: 9.4, 71, 1,240. */
export function minutesText(minutes: number | null): string {
  return minutes === null ? "—" : minutes < 10 ? minutes.toFixed(1) : Math.round(minutes).toLocaleString("zh-CN");
}
