/** What a caller said beyond the place that was picked: it goes into the house number, where seat and crew read it. Pure; tested. */

import type { Place } from "./form.ts";

const HAN = /\p{Script=Han}/u;
const PAIR = 2; // signs that must be the place's own to count as named by them

/** Returns what of the search lies behind its last words that name the place; "" where nothing does, or nobody wrote 汉字. */
export function restOf(searched: string, place: Place): string {
  const said = [...searched.replace(/\s+/g, "")];
  if (!HAN.test(said.join(""))) return "";
  const known = `${place.path} ${place.name}`;
  let end = 0;
  for (let at = 0; at + PAIR <= said.length; at += 1) if (known.includes(said.slice(at, at + PAIR).join(""))) end = at + PAIR;
  const rest = said.slice(end).join("");
  return isNameMisheard(rest, place.name) || end === 0 ? "" : rest;
}

const NUMERAL = /^[0-9一二三四五六七八九十]/;

/** 石埔镇, or 石埔, for 石浦镇 is the place itself, and no house in it. */
function isNameMisheard(rest: string, name: string): boolean {
  if (rest === "" || NUMERAL.test(rest) || rest.length > name.length) return false;
  return rest.startsWith(name.slice(0, 1)) || rest.endsWith(name.slice(-1));
}

/** The house number with the rest before it, once. */
export function withRest(detail: string, rest: string): string {
  return rest === "" || detail.includes(rest) ? detail : `${rest}${detail}`;
}
