/** The filters that are set, in words: for the head of what is printed. */

import { useWords } from "../i18n";
import { full } from "../lib/format";
import { useAreas } from "./areas";
import type { Filter } from "./Filters";
import { tableWords } from "./words";

/** "辖区:象山;环节:已接单、已派工"; the area is named apart. */
export function useConditions<Q extends object>(filters: readonly Filter<Q>[], query: Q): readonly string[] {
  const texts = useWords(tableWords);
  const areas = useAreas();
  const values = query as Readonly<Record<string, unknown>>;
  return filters.flatMap(({ name, label, kind, options }) => {
    const value = values[name];
    if (value === undefined || value === null || value === "" || value === false && kind === "flag" || (Array.isArray(value) && value.length === 0)) return [];
    if (kind === "flag") return [label];
    const named = (one: unknown): string => options?.find((option) => option.value === String(one))?.text ?? (kind === "truth" ? (one === true ? texts.yes : texts.no) : String(one));
    const text = kind === "area" ? areas.name(String(value)) : kind === "instant" ? full(String(value)) : Array.isArray(value) ? value.map(named).join("、") : named(value);
    return [`${label}:${text}`];
  });
}
