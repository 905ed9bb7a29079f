/** What a customer answers on the telephone, question by question, and what follows from it. */

import type { components } from "../api/schema.gen";

type Body = components["schemas"]["AnswerBody"];

export const FIELDS = ["satisfied", "power_back", "on_time", "attitude_good", "charged"] as const;
export type FieldName = (typeof FIELDS)[number];
export type Said = Readonly<Partial<Record<FieldName, boolean>>>;

export const TEXT_MOST = 500;

export function isField(name: string): name is FieldName {
  return (FIELDS as readonly string[]).includes(name);
}

/** Says yes or no to a question; the same once more takes it back. */
export function toggled(said: Said, field: FieldName, value: boolean): Said {
  if (said[field] !== value) return { ...said, [field]: value };
  const rest = { ...said };
  delete rest[field];
  return rest;
}

/** The question after this one that nobody has answered, else the next one; null after the last. */
export function following(fields: readonly FieldName[], field: FieldName, said: Said): FieldName | null {
  const later = fields.slice(fields.indexOf(field) + 1);
  return later.find((one) => said[one] === undefined) ?? null;
}

export type Outcome = "nothing" | "again" | "closes";

/** Still without power, or not satisfied: it is seen to again. Nothing said about either is no answer yet. */
export function outcomeOf(said: Said): Outcome {
  if (said.power_back === false || said.satisfied === false) return "again";
  return said.satisfied === undefined && said.power_back === undefined ? "nothing" : "closes";
}

export function bodyOf(said: Said, text: string, version: number): Body {
  return { version, ...said, text: text.trim() };
}

export function tooLong(text: string): number {
  return Math.max(0, [...text.trim()].length - TEXT_MOST);
}
