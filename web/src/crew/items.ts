/**
 * What waits in the outbox: reports of steps, photos, and words on visits and tasks; and how they look laid over what the
 * server last told. Pure.
 */

import type { Schemas } from "../api/client";
import { BEFORE_ARRIVAL, ON_SITE, type Job, type ReportKind } from "./steps.ts";

export type Outcome = Schemas["Outcome"];

interface Common {
  id: string; // the phone's own name for it; the server knows a repeat by it
  subject: string; // ticket, booking or task
  title: string; // number of the ticket, or what the visit is
  at: string; // when it happened, in the server's time as far as it was known
  phoneAt: string; // what the phone's clock said
  state: "waiting" | "done" | "told"; // told: the server said something that a person must read
  outcome?: Outcome;
  sentence?: string;
  version?: number;
  tries?: number;
}

export interface ReportItem extends Common {
  sort: "report";
  kind: ReportKind;
  said: Readonly<Record<string, unknown>>;
}

export interface PhotoItem extends Common {
  sort: "photo";
  bytes: number;
}

export interface CommandItem extends Common {
  sort: "command";
  kind: "visit-arrive" | "visit-finish" | "visit-absent" | "task-done" | "note";
  path: string;
  body: Readonly<Record<string, unknown>>;
}

export type Fresh = ReportItem | PhotoItem | CommandItem;
export type Item = Fresh & { seq: number };

/** Two taps on one step are one report: the name under which the outbox takes it once. */
export function onceName(item: Fresh): string {
  const free = item.sort === "photo" || item.state !== "waiting" || (item.sort === "report" && item.kind === "progress");
  if (free || (item.sort === "command" && item.kind === "note")) return item.id;
  return `${item.subject}/${item.kind}`;
}

export function isWaiting(item: Fresh): boolean {
  return item.state === "waiting";
}

export function isTold(item: Fresh): boolean {
  return item.state === "told";
}

/** Whether the server's list does not show it yet. */
function counts(item: ReportItem, job: Job): boolean {
  if (item.state === "waiting") return true;
  if (item.state === "told") return item.outcome === "held";
  return item.version !== undefined && item.version > job.version;
}

function said<T>(item: ReportItem, name: string): T | undefined {
  return item.said[name] as T | undefined;
}

function arrivedNow(item: ReportItem): Partial<Job> {
  return { stage: "arrived", stage_at: item.at, arrived_at: item.at };
}

type Step = (job: Job, item: ReportItem) => Partial<Job> | null;

const STEPS: Record<Exclude<ReportKind, "crew-reject">, Step> = {
  "crew-accept": (job, item) => (job.stage === "dispatched" ? { stage: "crew_accepted", stage_at: item.at } : null),
  depart: (job, item) => (job.stage === "dispatched" || job.stage === "crew_accepted" ? { stage: "en_route", stage_at: item.at } : null),
  arrive: (job, item) => (BEFORE_ARRIVAL.has(job.stage) ? arrivedNow(item) : null),
  locate: (job, item) => {
    if (job.stage !== "arrived") return null;
    const found = { fault_point: said<string>(item, "fault_point") ?? null, etr_at: said<string>(item, "etr_at") ?? job.etr_at ?? null };
    return { ...found, ownership: said<Schemas["Ownership"]>(item, "ownership") ?? null, stage: "located", stage_at: item.at, located_at: item.at };
  },
  "start-repair": (job, item) => (job.stage === "located" ? { stage: "repairing", stage_at: item.at, repairing_at: item.at } : null),
  progress: (job, item) => ({ progress_at: item.at, etr_at: said<string>(item, "etr_at") ?? job.etr_at ?? null }),
  restore: (job, item) => (BEFORE_ARRIVAL.has(job.stage) || ON_SITE.has(job.stage) ? { stage: "restored", stage_at: item.at, restored_at: item.at } : null),
};

/** The job as it stands when one's own steps count; null: it was given back. */
export function laidOver(job: Job, items: readonly Item[]): Job | null {
  let shown = job;
  for (const item of items) {
    if (item.sort !== "report" || item.subject !== job.id || !counts(item, job)) continue;
    if (item.kind === "crew-reject") return null;
    shown = { ...shown, ...STEPS[item.kind](shown, item) };
  }
  return shown;
}
