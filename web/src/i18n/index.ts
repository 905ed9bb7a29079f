/**
 * The language of the screens. Each room keeps its texts in a `words.ts` of its own: `zh`, and `en` of the same type, so
 * that a missing text fails the type check. The server's words come from `labels.gen.ts`.
 */

import { Store, useStore } from "../lib/store";
import { inEnglish } from "./english";

export type Language = "zh" | "en";

const KEPT = "language";

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  return kept === "en" || kept === "zh" ? kept : "zh";
}

export const language = new Store<Language>(first());

export function speak(chosen: Language): void {
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  language.set(chosen);
}

/** Widens the literal texts of `zh`, so that `en` must have the same keys and may say something else. */
export type Same<T> = {
  [K in keyof T]: T[K] extends string ? string : T[K] extends (...args: infer A) => string ? (...args: A) => string : Same<T[K]>;
};

export interface Words<T> {
  zh: T;
  en: Same<T>;
}

/** The texts of a room in the language of now. */
export function useWords<T>(words: Words<T>): Same<T> {
  return useStore(language) === "en" ? words.en : (words.zh as unknown as Same<T>);
}

/** The same for code that draws nothing. */
export function words<T>(of: Words<T>): Same<T> {
  return language.get() === "en" ? of.en : (of.zh as unknown as Same<T>);
}

/** What the server calls a value: its Chinese name; in English what `english.ts` says, else the value itself in words. */
export function label(names: Readonly<Record<string, string>>, value: string | null | undefined): string {
  if (value === null || value === undefined || value === "") return "—";
  if (language.get() === "en") return inEnglish(value, names[value]);
  return names[value] ?? value;
}
