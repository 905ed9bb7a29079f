/** What the crew has to do, asked for every 15 seconds and kept on the phone; one's own reports lie over it. */

import type { Schemas } from "../api/client";
import { ApiError } from "../api/errors";
import { may, session } from "../api/session";
import { ask } from "./ask";
import { judged } from "./batches";
import { changed, hasShelf, reread, shelf } from "./desk";
import { isTold, type Item } from "./items";
import { flush, sends } from "./sending";
import { outbox, reached, told, type Duties, type Offered } from "./state";
import { heard, offset, twoTimes } from "./time";

const EVERY_MS = 15_000;
const AWAY_MS = 5_000; // while the server cannot be reached: phones do not always say when the line is back
const SELDOM_MS = 60_000;

async function keep(change: Partial<Duties>): Promise<void> {
  told.set({ ...told.get(), ...change });
  await shelf().keep("duties", { ...told.get(), offset: offset.get() });
}

/** The crew itself, and what time it is at the server. */
async function readCrew(): Promise<void> {
  const { data: me } = await ask<Schemas["Me"]>("/me");
  heard(me.at);
  const { data } = await ask<Schemas["CrewPage"]>("/crews?limit=1");
  await keep({ crew: data.crews[0] ?? null });
}

async function readJobs(): Promise<void> {
  const begun = outbox.get().filter((item) => item.state === "done");
  const { data } = await ask<Schemas["TicketPage"]>("/tickets?open=true&limit=100");
  await keep({ jobs: data.tickets, readAt: twoTimes().at });
  await settle(begun.filter((item) => item.sort === "report"));
}

/** What was taken before the list was asked for is in the list. */
async function settle(done: readonly Item[]): Promise<void> {
  if (done.length === 0) return;
  await shelf().drop(done);
  await changed();
}

async function readDone(): Promise<void> {
  const { data } = await ask<Schemas["TicketPage"]>("/tickets?done=today&limit=100");
  await keep({ doneToday: data.tickets });
}

/** Reads the booked visits and the tasks that are offered. */
export async function readPlans(): Promise<void> {
  const me = session.get().me;
  const crewId = me?.account.crew_id;
  if (!me || !crewId) return;
  const begun = outbox.get().filter((item) => item.state === "done" && item.sort === "command");
  if (may(me, "worklist.own")) {
    const { data } = await ask<Schemas["OwnLists"]>(`/crews/${crewId}/worklists`);
    await keep({ lists: data.lists });
  }
  if (may(me, "task.offer")) {
    const { data } = await ask<Offered>(`/crews/${crewId}/tasks`);
    await keep({ tasks: data });
  }
  await settle(begun.filter((item) => !isUnderWay(item)));
}

/** The server's list does not say that a team arrived: the phone's own word counts until the visit is over. */
function isUnderWay(item: Item): boolean {
  if (item.sort !== "command" || item.kind !== "visit-arrive") return false;
  const stops = told.get().lists.flatMap((list) => list.team.stops);
  return stops.some((stop) => stop.booking_id === item.subject && stop.outcome === null);
}

/** What waited for a step before it, or for a person, may have been decided. */
async function readDecided(): Promise<void> {
  const open = outbox.get().filter((item) => isTold(item) && (item.outcome === "held" || item.outcome === "contradiction"));
  for (const subject of new Set(open.map((item) => item.subject))) {
    const { data } = await ask<Schemas["FieldReportPage"]>(`/field-reports?ticket_id=${subject}&limit=200`);
    for (const item of open) {
      const found = data.reports.find((report) => report.report_id === item.id);
      if (found === undefined || found.outcome === item.outcome) continue;
      await shelf().put(judged(item, { ...found, reason: [found.reason, found.decision].filter(Boolean).join(";") }));
    }
  }
  if (open.length > 0) await changed();
}

let seldomMs = Number.NEGATIVE_INFINITY;
let reading: Promise<void> | null = null;

async function read(): Promise<void> {
  const now = performance.now();
  const seldom = now - seldomMs >= SELDOM_MS;
  await readCrew();
  await readJobs();
  if (!seldom) return;
  seldomMs = now;
  await readDone();
  await readPlans();
  await readDecided();
}

async function tried(): Promise<void> {
  try {
    await read();
    reached.set(true);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 0) reached.set(false);
  } finally {
    reading = null;
  }
}

/** Sends what waits, then asks anew; never twice at the same time. */
export async function refresh(): Promise<void> {
  if (!hasShelf() || session.get().lost) return;
  await flush();
  reading ??= tried();
  await reading;
}

/** The next reading asks for all. */
export function hurry(): Promise<void> {
  seldomMs = Number.NEGATIVE_INFINITY;
  return refresh();
}

let begun = false;
let askedMs = Number.NEGATIVE_INFINITY;

function tick(): void {
  const now = performance.now();
  if (reached.get() && now - askedMs < EVERY_MS - AWAY_MS / 2) return;
  askedMs = now;
  void (document.visibilityState === "visible" ? refresh() : flush());
}

/** Begins to ask, once for the page: every 15 seconds, and when the line or the page comes back. */
export function begin(): void {
  if (begun) return;
  begun = true;
  const seen = (): void => {
    if (document.visibilityState === "visible") void refresh();
  };
  setInterval(tick, AWAY_MS);
  sends.watch(() => void hurry());
  window.addEventListener("online", () => void hurry());
  window.addEventListener("offline", () => reached.set(false));
  document.addEventListener("visibilitychange", seen);
  void reread();
  void refresh();
}
