/**
 * The one table of what can be done with a ticket: from the queue, the map, the Gantt and by key. Pure.
 *
 * It tells which actions a ticket in this stage allows this account, and why one that is shown cannot be done now.
 */

import type { Schemas, Ticket } from "../api/client";

type Stage = Schemas["Stage"];

export type ActionName =
  | "accept"
  | "dispatch"
  | "reassign"
  | "chase"
  | "merge"
  | "unmerge"
  | "return"
  | "phoneArrive"
  | "phoneDone"
  | "phone"
  | "reply"
  | "replyChildren"
  | "queueCallback"
  | "powerBack"
  | "suspend"
  | "resume"
  | "excuse"
  | "note"
  | "answer"
  | "cancel";

/** Why an action is not possible now; the screen tells it. */
export type Blocked = "stale" | "right" | "stage" | "foreign" | "busy";

export interface Action {
  name: ActionName;
  right: string; // of the rights table
  key: string | null;
  stages: ReadonlySet<Stage>;
  fits?: (ticket: Ticket) => boolean; // what the stage alone does not tell
  form: boolean; // something has to be said first
  lent?: boolean; // also on another county's ticket that our crew works on
  many?: boolean; // for all marked tickets together
  risky?: boolean;
}

const set = (...stages: Stage[]): ReadonlySet<Stage> => new Set(stages);
const WITH_CREW = set("dispatched", "crew_accepted", "en_route");
const WORKING = set("arrived", "located", "repairing");
const AFTERWARDS = set("restored", "replied", "reply_rejected", "callback_pending");
const BEFORE_ARRIVAL = set("submitted", "accepted", "returned", "merged", ...WITH_CREW);
const BEFORE_RESTORED = set(...BEFORE_ARRIVAL, ...WORKING);
const OPEN = set("draft", ...BEFORE_RESTORED, ...AFTERWARDS);

const suspended = (ticket: Ticket): boolean => ticket.flags?.suspended ?? false;

export const ACTIONS: readonly Action[] = [
  { name: "accept", right: "ticket.accept", key: "a", stages: set("submitted"), form: false, many: true },
  { name: "dispatch", right: "ticket.dispatch", key: "d", stages: set("submitted", "accepted"), form: false },
  { name: "reassign", right: "ticket.dispatch", key: "r", stages: WITH_CREW, form: true },
  { name: "chase", right: "ticket.chase", key: "u", stages: set(...BEFORE_RESTORED, ...AFTERWARDS), form: true },
  { name: "merge", right: "ticket.merge", key: "m", stages: set("submitted", "accepted"), form: true },
  { name: "unmerge", right: "ticket.unmerge", key: null, stages: set("merged"), form: true },
  { name: "return", right: "ticket.return", key: "b", stages: set("submitted"), form: true, risky: true },
  { name: "phoneArrive", right: "field.phone", key: "g", stages: WITH_CREW, form: true, lent: true },
  { name: "phoneDone", right: "field.phone", key: "f", stages: set(...WITH_CREW, ...WORKING), form: true, lent: true },
  { name: "phone", right: "field.phone", key: "t", stages: set(...WITH_CREW, ...WORKING), form: true, lent: true },
  { name: "reply", right: "ticket.reply", key: "p", stages: set("restored", "reply_rejected"), form: true },
  { name: "replyChildren", right: "ticket.reply-children", key: null, stages: set("replied", "callback_pending"), form: true, fits: (ticket) => !ticket.merged_into },
  { name: "queueCallback", right: "ticket.queue-callback", key: null, stages: set("replied"), form: false },
  { name: "powerBack", right: "ticket.power-back", key: null, stages: AFTERWARDS, form: true },
  { name: "suspend", right: "ticket.suspend", key: "s", stages: set(...WORKING, "merged"), form: true, fits: (ticket) => !suspended(ticket) },
  { name: "resume", right: "ticket.resume", key: "s", stages: set(...WORKING, "merged"), form: true, fits: suspended },
  { name: "excuse", right: "ticket.excuse", key: "e", stages: BEFORE_ARRIVAL, form: true, fits: (ticket) => !ticket.flags?.excused && !ticket.arrived_at },
  { name: "note", right: "ticket.note", key: "n", stages: OPEN, form: true },
  { name: "answer", right: "ticket.supervision-answer", key: "w", stages: set(...OPEN, "closed", "cancelled"), form: true, fits: unanswered },
  { name: "cancel", right: "ticket.cancel", key: "x", stages: set("draft", ...BEFORE_RESTORED), form: true, risky: true },
];

function unanswered(ticket: Ticket): boolean {
  return (ticket.supervisions ?? []).some((order) => !order.answered_at && !order.cleared_at);
}

export interface Standing {
  rights: readonly string[]; // what the account may do
  area: string; // the account's county
  stale: boolean; // the line is broken: nobody knows how the ticket stands
  busy?: boolean; // a command on this ticket is on its way
}

/** Whether the ticket as it stands allows the action at all. */
export function suits(action: Action, ticket: Ticket): boolean {
  return action.stages.has(ticket.stage) && (action.fits?.(ticket) ?? true);
}

/** Why the action cannot be done on the ticket now; null: it can. */
export function blocked(action: Action, ticket: Ticket, standing: Standing): Blocked | null {
  if (!standing.rights.includes(action.right)) return "right";
  if (!suits(action, ticket)) return "stage";
  if (!action.lent && !within(ticket.area, standing.area)) return "foreign";
  if (standing.stale) return "stale";
  return standing.busy ? "busy" : null;
}

/** Codes of areas below one begin with its code: 33, 3303, 330382. */
function within(area: string, above: string): boolean {
  return area === above || area.startsWith(above);
}

export interface Offered {
  action: Action;
  blocked: Blocked | null;
}

/** What the screen offers for a ticket: what its stage allows this account, also where it is barred at the moment. */
export function offered(ticket: Ticket, standing: Standing): readonly Offered[] {
  return ACTIONS.filter((action) => suits(action, ticket))
    .map((action) => ({ action, blocked: blocked(action, ticket, standing) }))
    .filter((each) => each.blocked !== "right" && each.blocked !== "foreign");
}

/** The action behind a key for this ticket: one key may stand for two that exclude each other (挂起, 解除挂起). */
export function behind(key: string, ticket: Ticket): Action | undefined {
  const bound = ACTIONS.filter((action) => action.key === key);
  return bound.find((action) => suits(action, ticket)) ?? bound[0];
}

export const KEYS: readonly string[] = [...new Set(ACTIONS.flatMap(({ key }) => (key === null ? [] : [key])))];

export function actionOf(name: ActionName): Action {
  return ACTIONS.find((action) => action.name === name) as Action;
}
