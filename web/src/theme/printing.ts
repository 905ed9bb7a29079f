/** Paper is light: for as long as a page is printed it wears the light theme, its maps and charts too; the choice stays. */

import { flushSync } from "react-dom";

import { theme, type Theme } from "./theme";

let worn: Theme | null = null; // what the page wore before it went to the printer

function wear(next: Theme): void {
  document.documentElement.dataset.theme = next;
  flushSync(() => theme.set(next)); // canvases are drawn before the page is taken
}

function begin(): void {
  if (worn !== null) return;
  worn = theme.get();
  wear("light");
}

function end(): void {
  if (worn === null) return;
  const before = worn;
  worn = null;
  wear(before);
}

/** Browsers tell of it in two ways, and not all in both. */
export function dressForPaper(): void {
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
  window.matchMedia("print").addEventListener("change", (event) => (event.matches ? begin() : end()));
}
