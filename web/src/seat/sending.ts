/** Sends a call and does with it what was decided: joins it to an outage, or closes it as an answered question. */

import { api, answered, type Schemas, type Ticket } from "../api/client";
import { lay } from "../api/board";
import { ApiError } from "../api/errors";
import { line } from "../api/live";
import { now } from "../lib/clock";
import { Store } from "../lib/store";
import type { Form, Next } from "./form";
import { Outbox, type Order } from "./outbox";
import { count } from "./stats";

export interface Sent {
  form: Form; // as it was, to be taken back
  body: Schemas["CallBody"];
  next: Next | null;
  spentS: number;
}

export interface Taken {
  taken: Schemas["TakenAnswer"];
  ticket: Ticket; // after the second step
  joined: boolean; // the second step was taken
  refused: unknown; // why it was not
}

export type CallOrder = Order<Sent, Taken>;

const LONGEST_MS = 20_000; // one try
const kept = new Map<string, Schemas["TakenAnswer"]>(); // calls that are kept and whose second step is not

export const orders = new Store<readonly CallOrder[]>([]);

/** A request that was cut off may be sent again; so may one that found nobody. */
function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || error.passing;
}

async function deliver(key: string, sent: Sent): Promise<Taken> {
  const taken = kept.get(key) ?? (await logged(key, sent.body));
  kept.set(key, taken);
  const second = sent.next !== null && taken.outcome !== "chase";
  let result: Taken = { taken, ticket: taken.ticket, joined: false, refused: null };
  if (second && sent.next !== null) {
    try {
      result = { ...result, ticket: await follow(`${key}-2`, taken.ticket, sent.next), joined: true };
    } catch (error) {
      if (isPassing(error)) throw error;
      result = { ...result, refused: error };
    }
  }
  kept.delete(key);
  lay(result.ticket);
  count(sent.spentS);
  return result;
}

/** Where the clocks do not agree the server's own counts: a call is not lost for that. */
async function logged(key: string, body: Schemas["CallBody"]): Promise<Schemas["TakenAnswer"]> {
  try {
    return await log(key, body);
  } catch (error) {
    if (!(error instanceof ApiError) || error.field !== "call_at") throw error;
    return log(`${key}-0`, { ...body, call_at: null });
  }
}

async function log(key: string, body: Schemas["CallBody"]): Promise<Schemas["TakenAnswer"]> {
  const header = { "Idempotency-Key": key };
  return answered(api.POST("/api/v1/calls", { params: { header }, body, signal: AbortSignal.timeout(LONGEST_MS) }));
}

async function follow(key: string, ticket: Ticket, next: Next): Promise<Ticket> {
  const header = { "Idempotency-Key": key };
  if (next.kind === "attach") {
    const body = { outage_id: next.outage, ticket_id: ticket.id };
    return answered(api.POST("/api/v1/calls/known/attach", { params: { header }, body }));
  }
  const path = { ticket_id: ticket.id };
  const body = { matched: next.matched, answer: next.answer };
  return answered(api.POST("/api/v1/tickets/{ticket_id}/consult", { params: { header, path }, body }));
}

export const outbox = new Outbox<Sent, Taken>({
  deliver,
  isPassing,
  changed: orders.set,
  later: (act, ms) => setTimeout(act, ms),
});

line.watch(() => {
  if (line.get().state === "open" && outbox.orders.some((order) => order.state === "waiting")) hurry();
});
window.addEventListener("online", () => outbox.hurry());
window.addEventListener("beforeunload", (event) => {
  if (outbox.orders.some((order) => order.state !== "done")) event.preventDefault();
});

let hurriedMs = -Infinity;

/** The line speaks often: what waits is hurried once in a while only. */
function hurry(): void {
  if (performance.now() - hurriedMs < 3_000) return;
  hurriedMs = performance.now();
  outbox.hurry();
}

/** The place of a ticket that had none: the candidate that the customer meant. */
export async function place(key: string, ticket: Ticket, code: string): Promise<Ticket> {
  const params = { header: { "Idempotency-Key": key }, path: { ticket_id: ticket.id } };
  const body = { version: ticket.version, place_code: code };
  const after = await answered(api.POST("/api/v1/tickets/{ticket_id}/resubmit", { params, body }));
  lay(after);
  return after;
}

/** Sends a draft out after all, with what the seat wrote down. */
export async function dispatchDraft(key: string, ticket: Ticket, said: Schemas["CallBody"]): Promise<Ticket> {
  const params = { header: { "Idempotency-Key": key }, path: { ticket_id: ticket.id } };
  const level: Schemas["Level"] = said.level ?? "normal";
  const body = { version: ticket.version, symptom: said.symptom ?? "other", category: said.category ?? "lv", level, hazard: said.hazard ?? false };
  const after = await answered(api.POST("/api/v1/tickets/{ticket_id}/complete", { params, body }));
  lay(after);
  return after;
}

/** When the call began, for the server; before the server's clock was heard, it says so itself. */
export function callAt(begunMs: number | null): string | null {
  if (begunMs === null || line.get().state === "connecting") return null;
  return new Date(Math.min(begunMs, now())).toISOString();
}
