/** What the page shows: stores that the parts which ask, send and measure fill in. */

import type { Schemas, Ticket } from "../api/client";
import { Store } from "../lib/store";
import { laidOver, type Item } from "./items";
import type { Point } from "./metres";
import type { Job } from "./steps";

export type Crew = Schemas["CrewShown"];
export type OwnList = Schemas["OwnList"];
export type Offered = Schemas["OfferedShown"];

export interface Duties {
  jobs: readonly Job[];
  doneToday: readonly Ticket[];
  crew: Crew | null;
  lists: readonly OwnList[];
  tasks: Offered | null;
  readAt: string | null; // when the server told it last
}

export interface Fix extends Point {
  accuracy_m: number;
  at: string; // server's time as far as it is known
}

const EMPTY: Duties = { jobs: [], doneToday: [], crew: null, lists: [], tasks: null, readAt: null };

export const outbox = new Store<readonly Item[]>([]);
/** What the server last told. */
export const told = new Store<Duties>(EMPTY);
/** As the crew sees it: with the steps that the server has not heard of yet. */
export const duties = new Store<Duties>(EMPTY);
/** Whether what is kept outlives the page. */
export const lasting = new Store(true);
/** Whether the server could be reached the last time. */
export const reached = new Store(true);
/** Where the phone is. */
export const fix = new Store<Fix | null>(null);

function draw(): void {
  const from = told.get();
  const jobs = from.jobs.map((job) => laidOver(job, outbox.get())).filter((job): job is Job => job !== null);
  duties.set({ ...from, jobs });
}

told.watch(draw);
outbox.watch(draw);
