/** What a crew may report on a job, in which order, and which report is the next. */

import type { Schemas, Ticket } from "../api/client";

export type Stage = Schemas["Stage"];
export type Job = Ticket;

export type ReportKind = "crew-accept" | "crew-reject" | "depart" | "arrive" | "locate" | "start-repair" | "progress" | "restore";

export const BEFORE_ARRIVAL: ReadonlySet<Stage> = new Set<Stage>(["dispatched", "crew_accepted", "en_route"]);
export const ON_SITE: ReadonlySet<Stage> = new Set<Stage>(["arrived", "located", "repairing"]);
export const FOUR = ["crew-accept", "depart", "arrive", "restore"] as const;
export type Big = (typeof FOUR)[number];

/** The step that the one large button takes; null: the crew has done its part. */
export function nextStep(stage: Stage): Big | null {
  if (stage === "dispatched") return "crew-accept";
  if (stage === "crew_accepted") return "depart";
  if (stage === "en_route") return "arrive";
  return ON_SITE.has(stage) ? "restore" : null;
}

/** How many of the four steps are done. */
export function doneSteps(stage: Stage): number {
  const next = nextStep(stage);
  return next === null ? FOUR.length : FOUR.indexOf(next);
}

export function inWork(job: Job): boolean {
  return nextStep(job.stage) !== null;
}

export interface Due {
  limit: "arrive" | "restore";
  due: string;
  begun: string;
}

/** The clock that the crew works against now: to be there, then to have it restored. */
export function clockOf(job: Job): Due | null {
  const arrive = job.due?.arrive;
  if (BEFORE_ARRIVAL.has(job.stage)) return arrive === undefined ? null : { limit: "arrive", due: arrive, begun: job.reported_at };
  const restore = job.due?.restore;
  if (!ON_SITE.has(job.stage) || restore === undefined) return null;
  return { limit: "restore", due: restore, begun: job.arrived_at ?? job.stage_at };
}

function rank(job: Job): number {
  if (ON_SITE.has(job.stage)) return 0;
  if (job.stage === "en_route") return 1;
  if (job.hazard === true) return 2;
  return job.level === "urgent" ? 3 : 4;
}

/** What is in hand first, then danger and urgency, then whose clock ends first. */
export function inOrder(jobs: readonly Job[]): Job[] {
  const key = (job: Job): string => clockOf(job)?.due ?? "9999";
  return [...jobs].sort((a, b) => rank(a) - rank(b) || key(a).localeCompare(key(b)) || a.ticket_no.localeCompare(b.ticket_no));
}
