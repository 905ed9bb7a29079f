/** Sets an action off, from wherever it comes: at once, or by opening its form. What is barred says why. */

import { board } from "../api/board";
import type { Ticket } from "../api/client";
import { ApiError } from "../api/errors";
import { line } from "../api/live";
import { session } from "../api/session";
import { words } from "../i18n";
import { complain, say } from "../kit/toast";
import { Store } from "../lib/store";
import { actionOf, blocked, type ActionName, type Standing } from "./actions";
import type { Values } from "./forms";
import { marked, unmark } from "./selection";
import { perform, underway } from "./send";
import { actionWords } from "./actionWords";

export interface Asking {
  name: ActionName;
  ticket: Ticket; // as it was when the form was opened
  preset: Values;
  approval?: string; // a named person must answer for the crew: why, in the server's words
}

export const asking = new Store<Asking | null>(null);
export const undoable = new Store<{ ticketId: string; crewId: string; crewName: string } | null>(null);

const SEVERAL = 4; // accepted at a time, so that a server in a storm is not overrun by one desk

export function standingNow(ticketId?: string): Standing {
  const { me } = session.get();
  return {
    rights: me?.actions ?? [],
    area: me?.account.area ?? "",
    stale: line.get().state !== "open",
    busy: ticketId !== undefined && underway.get().has(ticketId),
  };
}

/** Begins an action on a ticket. */
export function begin(name: ActionName, ticket: Ticket, preset: Values = {}): void {
  const action = actionOf(name);
  const why = blocked(action, ticket, standingNow(ticket.id));
  if (why !== null) {
    const texts = words(actionWords);
    say("warn", `${texts.names[name]}: ${texts.blocked[why]}`);
    return;
  }
  if (action.form) asking.set({ name, ticket, preset });
  else void doIt(name, ticket, preset);
}

/** Does it and tells how it went; true: done. */
export async function doIt(name: ActionName, ticket: Ticket, values: Values): Promise<boolean> {
  try {
    await carryOut(name, ticket, values);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === "ApprovalNeeded" && !values.approver) {
      asking.set({ name, ticket: board.get().get(ticket.id) ?? ticket, preset: values, approval: error.message });
      return false;
    }
    complain(error);
    return false;
  }
}

async function settled(name: ActionName, ticket: Ticket, values: Values): Promise<void> {
  const crewBefore = ticket.dispatches?.at(-1);
  const left = await perform(name, ticket, values);
  const texts = words(actionWords);
  if (left !== null) say("warn", left);
  else say("ok", texts.done(texts.names[name], ticket.ticket_no));
  if (name === "reassign" && crewBefore !== undefined) {
    undoable.set({ ticketId: ticket.id, crewId: crewBefore.crew_id, crewName: crewBefore.crew_name });
    say("ok", texts.undo(crewBefore.crew_name));
  }
}

/** Does it and tells that it was done; throws what is refused. */
export async function carryOut(name: ActionName, ticket: Ticket, values: Values): Promise<void> {
  return name === "dispatch" ? acceptFirst(ticket, values) : settled(name, ticket, values);
}

/** Who sends a crew to a ticket that nobody has accepted accepts it by that. */
async function acceptFirst(ticket: Ticket, values: Values): Promise<void> {
  if (ticket.stage !== "submitted") return settled("dispatch", ticket, values);
  await perform("accept", ticket);
  return settled("dispatch", board.get().get(ticket.id) ?? ticket, values);
}

/** Sends this crew to the ticket, or another one in place of the one that is on it. */
export function assign(ticketId: string, crewId: string): void {
  const ticket = board.get().get(ticketId);
  if (ticket === undefined) return;
  const name = ticket.stage === "submitted" || ticket.stage === "accepted" ? "dispatch" : "reassign";
  begin(name, ticket, { crew_id: crewId });
}

/** Gives the ticket back to the crew that it had before the last reassignment. */
export function undo(): void {
  const last = undoable.get();
  const ticket = last === null ? undefined : board.get().get(last.ticketId);
  if (last === null || ticket === undefined) {
    say("warn", words(actionWords).nothingToUndo);
    return;
  }
  undoable.set(null);
  begin("reassign", ticket, { crew_id: last.crewId, transfer_reason: words(actionWords).undoReason });
}

/** Accepts all marked tickets that wait for it; what somebody else accepted first is told once, together. */
export async function acceptMarked(): Promise<void> {
  const action = actionOf("accept");
  const waiting = [...marked.get()]
    .map((id) => board.get().get(id))
    .filter((ticket) => ticket !== undefined)
    .filter((ticket) => blocked(action, ticket, standingNow(ticket.id)) === null);
  if (waiting.length === 0) {
    const texts = words(actionWords);
    say("warn", standingNow().stale ? `${texts.names.accept}: ${texts.blocked.stale}` : texts.noneMarked);
    return;
  }
  unmark();
  const refused: unknown[] = [];
  for (let n = 0; n < waiting.length; n += SEVERAL) {
    const several = waiting.slice(n, n + SEVERAL).map((ticket) => perform("accept", ticket).catch((error: unknown) => refused.push(error)));
    await Promise.all(several);
  }
  say(refused.length === 0 ? "ok" : "warn", words(actionWords).accepted(waiting.length - refused.length, refused.length));
  if (refused.length > 0) complain(refused[0]);
}
