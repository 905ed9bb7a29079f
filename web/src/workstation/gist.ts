/** The one line that matters of an event: what was said with it, in the words of the trade. Pure. */

import type { Schemas } from "../api/client";

type Event = Schemas["LogLine"]["event"];

/** Fields in the order in which they say most. */
const TELLING = [
  "limit",
  "crew_name",
  "reason",
  "note",
  "text",
  "transfer_reason",
  "explanation",
  "result",
  "handling",
  "fault_point",
  "evidence",
  "field_record",
  "why",
] as const;
const MARKS = ["", "▲", "▲▲"] as const;

export type Named = (field: string, value: string) => string;

/** @param named what a value of a field is called, if it is one of the server's words */
export function gist(event: Event, named: Named): string {
  const said = event as Readonly<Record<string, unknown>>;
  const parts = TELLING.flatMap((name) => {
    const value = said[name];
    return typeof value === "string" && value !== "" ? [named(name, value)] : [];
  });
  const mark = event.kind === "warned" ? MARKS[event.level] : event.kind === "overdue" ? "✖" : "";
  return [mark, [...new Set(parts)].join(" · ")].filter(Boolean).join(" ");
}
