/** What a list is asked for: where its filters contradict themselves, and whether a row has the words. Pure; tested. */

import { over } from "../lib/length.ts";

export type FilterFault = { code: "order" } | { code: "short"; least: number } | { code: "long"; over: number };

interface Bound {
  name: string;
  kind: string;
  least?: number | undefined; // signs that a text must have, blanks not counted
  most?: number | undefined; // signs that it may have
}

export const MOST_SIGNS = 64; // of a text, where nothing else is said

/** What is wrong with the filters, by their names: it is told there, and nothing is sent. */
export function faultsOf(filters: readonly Bound[], query: Readonly<Record<string, unknown>>): Readonly<Record<string, FilterFault>> {
  const faults: Record<string, FilterFault> = {};
  for (const { name, kind, least, most } of filters) {
    const text = query[name];
    if (kind !== "text" || typeof text !== "string" || text === "") continue;
    const much = over(text, most ?? MOST_SIGNS);
    const few = text.replace(/\s/g, "").length;
    if (much > 0) faults[name] = { code: "long", over: much };
    else if (least !== undefined && few > 0 && few < least) faults[name] = { code: "short", least };
  }
  const { from, to } = query;
  if (typeof from === "string" && typeof to === "string" && Date.parse(from) > Date.parse(to)) faults.to = { code: "order" };
  return faults;
}

/** Tells whether every word stands in one of the texts: as the server searches. */
export function hasWords(words: string | undefined, texts: readonly (string | null | undefined)[]): boolean {
  const whole = texts.filter((text) => text).join(" ").toLowerCase();
  return (words ?? "").toLowerCase().split(/\s+/).every((word) => whole.includes(word));
}
