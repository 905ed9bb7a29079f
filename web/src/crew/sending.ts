/**
 * The outbox emptied in its order, by one tab at a time. What cannot be sent now waits; what the server refuses stays to
 * be read. A report that was sent and not answered is sent again under its name, and the server knows it.
 */

import type { Schemas } from "../api/client";
import { ApiError } from "../api/errors";
import { session } from "../api/session";
import { now } from "../lib/clock";
import { freshKey } from "../lib/once";
import { Store } from "../lib/store";
import { ask } from "./ask";
import { corrected, judged, nextBatch, notBefore, renamed, rowOf } from "./batches";
import { changed, hasShelf, shelf } from "./desk";
import type { CommandItem, Fresh, Item, PhotoItem, ReportItem } from "./items";
import { noted } from "./pictures";
import type { ReportKind } from "./steps";
import { outbox, reached } from "./state";
import { heard, isGuessed, offset, twoTimes } from "./time";

const TRIES = 6; // of one that the server fails on, before a person is told

/** Counts how often something was sent; the list is asked for anew then. */
export const sends = new Store(0);
let sending = false;
let again = false;

/** Puts into the outbox what happened now; false: the step is there already. */
async function post(fresh: Fresh[], photo?: ArrayBuffer): Promise<boolean> {
  const taken = await shelf().add(fresh, photo);
  await changed();
  void flush();
  return taken;
}

export interface Said {
  kind: ReportKind;
  said?: Readonly<Record<string, unknown>>;
}

/** Reports steps of a job, in their order, as happened now (or at the two times given). */
export async function report(job: { id: string; ticket_no: string }, steps: readonly Said[], times = twoTimes()): Promise<boolean> {
  const at = notBefore(outbox.get(), job.id, times.at);
  const about = { subject: job.id, title: job.ticket_no, at, phoneAt: times.phoneAt, state: "waiting" } as const;
  return post(steps.map(({ kind, said = {} }): ReportItem => ({ sort: "report", id: freshKey(), kind, said, ...about })));
}

export async function addPhoto(job: { id: string; ticket_no: string }, picture: ArrayBuffer, times: { at: string; phoneAt: string }): Promise<void> {
  const item: PhotoItem = { sort: "photo", id: freshKey(), subject: job.id, title: job.ticket_no, ...times, state: "waiting", bytes: picture.byteLength };
  await post([item], picture);
}

export async function command(about: Pick<CommandItem, "kind" | "path" | "subject" | "title">, body: Readonly<Record<string, unknown>>, timed = true): Promise<boolean> {
  const times = twoTimes();
  const whole = timed ? { ...body, at: times.at } : body;
  return post([{ sort: "command", id: freshKey(), state: "waiting", ...times, ...about, body: whole }]);
}

/** A person has read what became of it. */
export async function dismiss(item: Item): Promise<void> {
  await shelf().drop([item]);
  await changed();
}

/** Sends what waits; while another tab does, that is enough. */
export async function flush(): Promise<void> {
  if (!hasShelf()) return;
  if (sending) {
    again = true;
    return;
  }
  sending = true;
  try {
    do {
      again = false;
      await locked(empty);
    } while (again);
  } finally {
    sending = false;
  }
}

async function locked(act: () => Promise<void>): Promise<void> {
  if (navigator.locks === undefined) return act();
  await navigator.locks.request("crew-sending", { ifAvailable: true }, (lock) => (lock === null ? undefined : act()));
}

async function empty(): Promise<void> {
  for (;;) {
    const batch = nextBatch(await shelf().items());
    if (batch.length === 0 || session.get().lost) return;
    if (!(await inTime()) || !(await sent(batch))) return;
    reached.set(true);
    await changed();
    if (batch[0]?.sort !== "photo") sends.set(sends.get() + 1);
  }
}

/** What is sent says when it happened: the server's time is asked for first where it is only guessed; false: not now. */
async function inTime(): Promise<boolean> {
  if (!isGuessed()) return true;
  try {
    heard((await ask<Schemas["Me"]>("/me")).data.at);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.passing) reached.set(error.status !== 0);
    return false;
  }
}

/** Sends one batch; false: not now. */
async function sent(batch: readonly Item[]): Promise<boolean> {
  const first = batch[0];
  try {
    if (first?.sort === "photo") await sendPhoto(first);
    else if (first?.sort === "command") await sendCommand(first);
    else await sendReports(batch.filter((item): item is ReportItem & { seq: number } => item.sort === "report"));
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return failed(batch, error);
  }
}

async function sendReports(batch: readonly (ReportItem & { seq: number })[]): Promise<void> {
  const timed = batch.map((item) => corrected(item, now(), offset.get()) as typeof item);
  const { data } = await ask<Schemas["FieldReportsShown"]>("/field-reports", { method: "POST", body: { reports: timed.map(rowOf) } });
  for (const [n, told] of data.reports.entries()) {
    const item = timed[n];
    if (item !== undefined) await shelf().put(judged(item, told));
  }
}

async function sendPhoto(item: PhotoItem & { seq: number }): Promise<void> {
  const file = await shelf().photo(item.id);
  if (file === null) return shelf().drop([item]);
  const timed = corrected(item, now(), offset.get());
  const headers = { "Idempotency-Key": item.id, "X-Taken-At": timed.at };
  const { data } = await ask<Schemas["PhotoShown"]>(`/tickets/${item.subject}/photos`, { method: "POST", file, headers });
  await rename(item.id, data.id);
  await noted(data);
  await shelf().drop([item]);
}

async function sendCommand(item: CommandItem & { seq: number }): Promise<void> {
  const timed = corrected(item, now(), offset.get()) as typeof item;
  const body = "at" in item.body ? { ...item.body, at: timed.at } : item.body;
  await ask(item.path, { method: "POST", body, headers: { "Idempotency-Key": item.id } });
  await shelf().put({ ...item, state: "done" });
}

async function rename(local: string, known: string | null): Promise<void> {
  for (const item of await shelf().items()) {
    const after = renamed(item, local, known);
    if (after !== item) await shelf().put(after);
  }
}

/** What could not be sent: later, or one by one, or never. */
async function failed(batch: readonly Item[], error: ApiError): Promise<boolean> {
  if (error.status === 401) return false;
  if (error.passing) {
    reached.set(error.status !== 0);
    return false;
  }
  const [first] = batch;
  if (first === undefined) return false;
  if (batch.length > 1) return sent([first]); // one of them may be what it cannot read
  const tries = (first.tries ?? 0) + 1;
  if (error.status >= 500 && tries < TRIES) {
    await shelf().put({ ...first, tries });
    return false;
  }
  if (first.sort === "photo") await rename(first.id, null);
  await shelf().put({ ...first, state: "told", outcome: "refused", sentence: error.message });
  return true;
}
