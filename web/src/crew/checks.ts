/**
 * What is wrong with a finish report while it is filled: what the server would refuse, and what the auditor would send
 * back (the words and families are the rule pack's). The first is to be put right, the second is only said.
 */

import { over } from "../lib/length.ts";

export interface Filled {
  result: string;
  ownership: string;
  cause: string;
  causeDetail: string;
  record: string;
  faultPoint: string;
  located: boolean;
  photos: number;
}

interface Listed {
  value: readonly string[];
}

/** The section `replies` of a rule pack, as far as it is needed here. */
export interface ReplyRules {
  causes: Readonly<Record<string, Listed>>;
  record_words: Readonly<Record<string, Listed>>;
  answers: Readonly<Record<string, Listed>>;
  vague: Listed;
  informal: Listed;
  facts_least: { value: number };
}

export type Wrong = "faultPoint" | "ownership" | "customerOwned" | "record" | "photos" | "cause";
export type Hint = { kind: "causeUnfit" | "gridOwned" | "noFacts" | "vague" | "unanswered" | "causeWord" | "unknownCause" } | { kind: "informal"; word: string };

/** As long as texts may be, in signs. */
export const MOST = { faultPoint: 200, causeDetail: 64, words: 500, result: 200, absent: 160, decline: 200 } as const;

export { over };

export function overlong(filled: Pick<Filled, "faultPoint" | "causeDetail" | "record">): boolean {
  return over(filled.faultPoint, MOST.faultPoint) + over(filled.causeDetail, MOST.causeDetail) + over(filled.record, MOST.words) > 0;
}

/** What the server would refuse. */
export function wrongs(filled: Filled): Wrong[] {
  const found: Wrong[] = [];
  const customer = filled.result === "customer_side";
  const restored = filled.result === "restored";
  if (restored && !filled.located && filled.faultPoint.trim() === "") found.push("faultPoint");
  if ((restored || customer) && filled.ownership === "") found.push("ownership");
  if (customer && filled.ownership !== "" && filled.ownership !== "customer") found.push("customerOwned");
  if (customer && filled.record.trim() === "") found.push("record");
  if (!filled.located && (restored || customer) && filled.photos === 0) found.push("photos");
  if (restored && filled.cause === "") found.push("cause");
  return found;
}

function any(words: readonly string[], text: string): boolean {
  return words.some((word) => text.includes(word));
}

/** What is left of a text without the phrases that say nothing. */
export function facts(text: string, vague: readonly string[]): string {
  const phrases = [...vague].sort((a, b) => b.length - a.length);
  const left = phrases.reduce((rest, phrase) => rest.replaceAll(phrase, ""), text).replace(/[^\p{L}\p{N}]/gu, "");
  return /[\u4e00-\u9fff]/.test(left) ? left : "";
}

/** What the auditor of the reply would object to. */
export function hints(filled: Filled, about: { category: string; symptom: string }, rules: ReplyRules | null): Hint[] {
  if (rules === null) return [];
  const found: Hint[] = [];
  const fitting = rules.causes[about.category]?.value;
  if (filled.cause !== "" && fitting !== undefined && filled.cause !== "unknown" && !fitting.includes(filled.cause)) found.push({ kind: "causeUnfit" });
  if (filled.cause === "unknown") found.push({ kind: "unknownCause" });
  if (filled.result !== "customer_side" && about.category === "cust" && filled.ownership === "grid") found.push({ kind: "gridOwned" });
  return filled.record.trim() === "" ? found : [...found, ...wording(filled, about.symptom, rules)];
}

function wording(filled: Filled, symptom: string, rules: ReplyRules): Hint[] {
  const found: Hint[] = [];
  const left = facts(filled.record, rules.vague.value).length;
  if (left === 0) found.push({ kind: "noFacts" });
  else if (left < rules.facts_least.value) found.push({ kind: "vague" });
  const answer = rules.answers[symptom]?.value;
  if (answer !== undefined && !any(answer, filled.record)) found.push({ kind: "unanswered" });
  if (filled.causeDetail !== "" && /[^\x00-\x7f]/.test(filled.causeDetail) && !filled.record.includes(filled.causeDetail)) found.push({ kind: "causeWord" });
  for (const word of rules.informal.value) if (filled.record.includes(word)) found.push({ kind: "informal", word });
  return found;
}
