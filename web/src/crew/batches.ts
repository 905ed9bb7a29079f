/** Which items of the outbox are sent next, with which times, and what an answer makes of them. Pure. */

import type { Fresh, Item, Outcome, ReportItem } from "./items.ts";

const MOST = 20; // reports in one request

/** The first that waits, with the reports that follow it at once. */
export function nextBatch(items: readonly Item[]): Item[] {
  const waiting = items.filter((item) => item.state === "waiting");
  const first = waiting[0];
  if (first === undefined || first.sort !== "report") return waiting.slice(0, 1);
  const end = waiting.findIndex((item) => item.sort !== "report");
  return waiting.slice(0, Math.min(end < 0 ? waiting.length : end, MOST));
}

/** A report as the interface wants it. */
export function rowOf(item: ReportItem): Record<string, unknown> {
  return { report_id: item.id, ticket_id: item.subject, kind: item.kind, at: item.at, ...item.said };
}

/** What the server's word makes of a report. */
export function judged<I extends Fresh>(item: I, told: { outcome: Outcome; reason: string; version?: number | null }): I {
  const done = told.outcome === "accepted" || told.outcome === "duplicate";
  const seen = told.version === null || told.version === undefined ? {} : { version: told.version };
  return { ...item, state: done ? "done" : "told", outcome: told.outcome, sentence: told.reason, ...seen };
}

/** A photo has its name now: reports that speak of it name it so. Null: it was refused, and is spoken of no more. */
export function renamed(item: Item, local: string, known: string | null): Item {
  if (item.sort !== "report" || item.state !== "waiting" || !Array.isArray(item.said.photos)) return item;
  const names = item.said.photos as string[];
  if (!names.includes(local)) return item;
  const photos = known === null ? names.filter((name) => name !== local) : names.map((name) => (name === local ? known : name));
  return { ...item, said: { ...item.said, photos } };
}

/** A time that lies before one's own earlier word on the same job is moved after it: clocks are set back, work is not. */
export function notBefore(items: readonly Item[], subject: string, at: string): string {
  const last = items.filter((item) => item.subject === subject && item.sort === "report" && item.state !== "told").at(-1);
  return last !== undefined && last.at > at ? last.at : at;
}

/** A claimed time of the future is one of a wrong clock: it is told again by what is known of the clock now. */
export function corrected(item: Item, nowMs: number, offsetMs: number | null): Item {
  if (Date.parse(item.at) <= nowMs) return item;
  const again = offsetMs === null ? nowMs : Math.min(nowMs, Date.parse(item.phoneAt) + offsetMs);
  return { ...item, at: new Date(again).toISOString() };
}
