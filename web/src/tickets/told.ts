/** The facts of a ticket and of its events in words: what a field is called, and what its value says. */

import type { Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { label } from "../i18n";
import { full, span } from "../lib/format";
import { against, calledIn, repeats, type Called } from "./codes";

type Names = Readonly<Record<string, string>>;
export type Event = Schemas["LogLine"]["event"];

const REASONS: Names = {
  ...names.EscalationReason,
  ...names.SuspendReason,
  ...names.ExcuseReason,
  ...names.ReturnReason,
  ...names.RejectReason,
  ...names.ReopenReason,
};

const ENUMS: Readonly<Record<string, Names>> = {
  symptom: names.Symptom,
  category: names.Category,
  level: names.Level,
  area_class: names.AreaClass,
  ownership: names.Ownership,
  site_ownership: names.Ownership,
  cause_l1: names.Cause,
  result: names.Result,
  waiver: names.Waiver,
  limit: names.Limit,
  addressee: names.Addressee,
  told: names.Addressee,
  copies: names.Addressee,
  note: names.NoteKind,
  reason: REASONS,
  return_reason: names.ReturnReason,
  reject_reason: names.RejectReason,
  excuse_reason: names.ExcuseReason,
  suspend_reason: names.SuspendReason,
  channel: names.Channel,
  protected: names.Protected,
  target: names.ChaseTarget,
  arrived_source: names.Source,
  check: names.Check,
};

/** Fields that are machinery, or stand elsewhere. */
const UNSAID = new Set(["kind", "pack", "call_id", "lon", "lat", "place_code", "report_id", "message_id", "order_id", "seq", "findings", "phone_masked", "brief", "photos"]);
const INSTANT = /^\d{4}-\d\d-\d\dT/;

export interface Speech extends Called {
  yes: string;
  no: string;
}

export interface Telling extends Speech {
  minutes: (n: number) => string;
}

/** What a value of a field says; null where it says nothing. */
export function saidOf(field: string, value: unknown, speech: Speech): string | null {
  if (value === null || value === undefined || value === "" || value === false) return null;
  if (value === true) return speech.yes;
  if (Array.isArray(value)) return value.length === 0 ? null : value.map((each) => saidOf(field, each, speech) ?? "").join("、");
  if (typeof value === "number") return field.endsWith("_s") ? span(value) : String(Math.round(value * 100) / 100);
  if (typeof value === "object") {
    const parts = Object.entries(value as Record<string, unknown>).map(([name, each]) => saidOf(name, each, speech));
    return parts.filter((part) => part !== null).join(" ");
  }
  return worded(field, String(value), speech);
}

function worded(field: string, text: string, speech: Speech): string {
  const known = ENUMS[field];
  if (known !== undefined && text in known) return label(known, text);
  if (INSTANT.test(text)) return full(text);
  return calledIn(field, text, speech) ?? text;
}

export interface Said {
  field: string;
  text: string;
}

/** What an event says, field by field. */
export function factsOf(event: Event, speech: Telling): Said[] {
  return Object.entries(event).flatMap(([field, value]) => {
    if (UNSAID.has(field) || repeats(field, event)) return [];
    if (field === "saved_s") return saved(value, speech);
    const text = saidOf(field, value, speech);
    return text === null || text === "" ? [] : [{ field, text }];
  });
}

/** By how much the crew comes sooner than the old rule's, or later. */
function saved(seconds: unknown, speech: Telling): Said[] {
  const told = typeof seconds === "number" ? against(seconds) : null;
  return told === null ? [] : [{ field: told.field, text: speech.minutes(told.minutes) }];
}
