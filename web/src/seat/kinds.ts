/** What may be wrong, each with the digit and the pinyin that choose it, and what it means for the ticket. */

import type { components } from "../api/schema.gen";

type Schemas = components["schemas"];
export type Urgency = "normal" | "urgent" | "hazard";

export interface Kind {
  digit: string;
  symptom: Schemas["Symptom"];
  category: Schemas["Category"];
  urgency: Urgency;
  inner: boolean; // behind the customer's meter
  pinyin: readonly string[]; // syllables of its Chinese name
}

function kind(digit: string, symptom: Kind["symptom"], category: Kind["category"], pinyin: string, more: Partial<Kind> = {}): Kind {
  return { digit, symptom, category, urgency: "normal", inner: false, pinyin: pinyin.split(" "), ...more };
}

/** In the order of their digits. A line on the ground and a fire are dangers whoever says so. */
export const KINDS: readonly Kind[] = [
  kind("1", "no_power_one", "lv", "dan hu wu dian"),
  kind("2", "no_power_many", "lv", "duo hu wu dian"),
  kind("3", "no_power_area", "hv", "pian qu ting dian"),
  kind("4", "low_voltage", "pq", "dian ya yi chang"),
  kind("5", "line_down", "lv", "xian lu duan luo", { urgency: "hazard" }),
  kind("6", "equipment_fire", "lv", "she bei qi huo mao yan", { urgency: "hazard" }),
  kind("7", "meter_fault", "meter", "dian biao gu zhang"),
  kind("8", "ev_charger", "ev", "chong dian zhuang gu zhang"),
  kind("9", "other", "lv", "qi ta"),
  kind("0", "no_power_one", "cust", "ke hu nei bu gu zhang", { inner: true }),
];

export const INNER = "0";

export function kindOf(digit: string | null): Kind | undefined {
  return KINDS.find((each) => each.digit === digit);
}

/** Tells whether each part of what was typed begins a syllable in turn: "dh", "danh" and "danhuwu" all mean 单户无电. */
function spells(typed: string, syllables: readonly string[]): boolean {
  if (typed === "") return true;
  const [first, ...rest] = syllables;
  if (first === undefined) return false;
  for (let n = Math.min(first.length, typed.length); n > 0; n -= 1) {
    if (first.startsWith(typed.slice(0, n)) && spells(typed.slice(n), rest)) return true;
  }
  return false;
}

/** What the typed digit, letters or 汉字 may mean; everything, if nothing is typed. `nameOf` gives the shown name. */
export function matching(typed: string, nameOf: (one: Kind) => string): readonly Kind[] {
  const text = typed.normalize("NFKC").trim().toLowerCase();
  if (text === "") return KINDS;
  return KINDS.filter((one) => one.digit === text || spells(text, one.pinyin) || nameOf(one).toLowerCase().includes(text));
}
