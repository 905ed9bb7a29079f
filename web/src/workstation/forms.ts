/** What each action has to be told before it is sent: the fields of its form, as data. Pure. */

import type { Ticket } from "../api/client";
import type { ActionName } from "./actions.ts";
import { chinaLocal } from "./instants.ts";

export type Values = Readonly<Record<string, string>>;
export type Words = "ReturnReason" | "SuspendReason" | "ExcuseReason" | "NoteKind" | "MeterCheck" | "Category" | "Cause" | "Ownership" | "PhoneStep" | "Asking" | "YesNo";

export interface FormField {
  name: string; // as the server calls it
  kind: "line" | "long" | "choice" | "instant" | "crew" | "ticket" | "county";
  words?: Words; // of a choice
  must?: boolean;
  min?: number;
  max?: number;
  shown?: (values: Values) => boolean;
  first?: (ticket: Ticket, nowMs: number) => string;
}

const HOUR_MS = 3_600_000;
const long = (name: string, more: Partial<FormField> = {}): FormField => ({ name, kind: "long", must: true, max: 500, ...more });
const choice = (name: string, words: Words, more: Partial<FormField> = {}): FormField => ({ name, kind: "choice", words, must: true, ...more });

const PHONE: readonly FormField[] = [
  { name: "at", kind: "instant", must: true, first: (_, nowMs) => chinaLocal(nowMs) },
  long("text", { must: false, max: 180 }),
];

export const FORMS: Readonly<Partial<Record<ActionName, readonly FormField[]>>> = {
  reassign: [{ name: "crew_id", kind: "crew", must: true }, long("transfer_reason")],
  chase: [long("text", { must: false })],
  merge: [{ name: "into", kind: "ticket", must: true }, long("evidence")],
  unmerge: [long("reason")],
  return: [
    choice("reason", "ReturnReason"),
    { name: "right_area", kind: "county", must: true, shown: (values) => values.reason === "WRONG_DISTRICT" },
    long("text", { min: 10 }),
  ],
  phoneArrive: PHONE,
  phoneDone: PHONE,
  phone: [choice("step", "PhoneStep"), ...PHONE],
  reply: [
    choice("category", "Category", { first: (ticket) => ticket.category }),
    choice("cause_l1", "Cause", { first: (ticket) => ticket.cause_l1 ?? "" }),
    choice("ownership", "Ownership", { first: (ticket) => ticket.ownership ?? "" }),
    long("handling", { first: (ticket) => ticket.handling ?? ticket.field_record ?? "" }),
  ],
  replyChildren: [],
  powerBack: [choice("live", "YesNo"), choice("how", "Asking", { first: () => "call" })],
  suspend: [
    choice("reason", "SuspendReason"),
    { name: "until_at", kind: "instant", must: true, first: (_, nowMs) => chinaLocal(nowMs + HOUR_MS) },
    long("text"),
  ],
  resume: [long("text", { must: false })],
  excuse: [
    choice("reason", "ExcuseReason"),
    { name: "told_at", kind: "instant", must: true, first: (_, nowMs) => chinaLocal(nowMs) },
    { name: "eta_at", kind: "instant" },
    long("explanation"),
  ],
  note: [choice("note", "NoteKind", { first: () => "contacted" }), long("text")],
  answer: [long("text")],
  cancel: [choice("meter", "MeterCheck"), long("reason")],
};

/** How a form begins for a ticket; what is known already is filled in. */
export function begin(fields: readonly FormField[], ticket: Ticket, nowMs: number, preset: Values = {}): Values {
  return Object.fromEntries(fields.map((field) => [field.name, preset[field.name] ?? field.first?.(ticket, nowMs) ?? ""]));
}

export type Lack = "missing" | "short";

/** What is still wrong with a form before it is sent, by field. */
export function lacks(fields: readonly FormField[], values: Values): Readonly<Record<string, Lack>> {
  const found: Record<string, Lack> = {};
  for (const field of fields) {
    if (field.shown?.(values) === false) continue;
    const text = (values[field.name] ?? "").trim();
    if (field.must === true && text === "") found[field.name] = "missing";
    else if (field.min !== undefined && text !== "" && text.length < field.min) found[field.name] = "short";
  }
  return found;
}
