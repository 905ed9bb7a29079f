/**
 * Sends what a dispatcher decided. The same intent keeps its Idempotency-Key until it is settled; what another
 * dispatcher did first is told in the server's words, and the ticket is shown as it stands now.
 */

import { lay } from "../api/board";
import { answered, api, type Schemas, type Ticket } from "../api/client";
import { ApiError } from "../api/errors";
import { now } from "../lib/clock";
import { freshKey } from "../lib/once";
import { Store } from "../lib/store";
import type { ActionName } from "./actions";
import type { Values } from "./forms";
import { callOf, type Call } from "./requests";

export const underway = new Store<ReadonlySet<string>>(new Set()); // tickets with a command on its way
const intents = new Map<string, { key: string; call: Call }>(); // what is meant -> the request, the same when it is sent again

function meant(intent: string, make: () => Call): { key: string; call: Call } {
  const known = intents.get(intent) ?? { key: freshKey(), call: make() };
  intents.set(intent, known);
  return known;
}

/** A refusal settles an intent; what never got an answer is sent again under the same key. */
function settles(error: unknown): boolean {
  return !(error instanceof ApiError && error.passing);
}

async function commanded(ticketId: string, call: Extract<Call, { to: "ticket" }>, key: string): Promise<void> {
  const path = `/api/v1/tickets/{ticket_id}/${call.command}` as "/api/v1/tickets/{ticket_id}/dispatch";
  const params = { path: { ticket_id: ticketId }, header: { "Idempotency-Key": key } };
  lay(await answered(api.POST(path, { params, body: call.body as Schemas["DispatchBody"] }))); // each command has the shape of its own, checked where it is made
}

async function put(ticketId: string, call: Call, key: string): Promise<string | null> {
  if (call.to === "ticket") {
    await commanded(ticketId, call, key);
    return null;
  }
  if (call.to === "children") {
    const done = await answered(api.POST("/api/v1/tickets/{ticket_id}/reply-children", { params: { path: { ticket_id: ticketId } }, body: {} }));
    return done.left.map((each) => `${each.ticket_no} ${each.message}`).join("\n") || null;
  }
  const report = await answered(api.POST("/api/v1/field-reports/phone", { params: { header: { "Idempotency-Key": key } }, body: call.body }));
  if (report.outcome !== "accepted" && report.outcome !== "duplicate") throw new ApiError(409, "NotCounted", report.reason);
  await reread(ticketId);
  return null;
}

/** Reads the ticket as it stands now and shows it. */
export async function reread(ticketId: string): Promise<Ticket> {
  const ticket = await answered(api.GET("/api/v1/tickets/{ticket_id}", { params: { path: { ticket_id: ticketId } } }));
  lay(ticket);
  return ticket;
}

function busy(ticketId: string, on: boolean): void {
  const next = new Set(underway.get());
  if (on) next.add(ticketId);
  else next.delete(ticketId);
  underway.set(next);
}

/** Does one action on one ticket; returns what remains to be told, throws the refusal. */
export async function perform(name: ActionName, ticket: Ticket, values: Values = {}): Promise<string | null> {
  const intent = `${name}|${ticket.id}|${ticket.version}|${JSON.stringify(values)}`;
  const { key, call } = meant(intent, () => callOf(name, ticket, values, now()));
  busy(ticket.id, true);
  try {
    const told = await put(ticket.id, call, key);
    intents.delete(intent);
    return told;
  } catch (error) {
    if (settles(error)) intents.delete(intent);
    if (error instanceof ApiError && error.status === 409) await reread(ticket.id).catch(() => undefined);
    throw error;
  } finally {
    busy(ticket.id, false);
  }
}
