/**
 * What was typed and not saved keeps its page: whoever goes elsewhere in the console, closes the tab or reloads is asked
 * first. A page says `useUnsaved(true)`; what changes the page without the address (another week) goes through `leave`.
 */

import { useEffect } from "react";

import { Store } from "./store";

const holders = new Set<symbol>();

/** A way that somebody wants to go and that waits for his answer. */
export const wish = new Store<(() => void) | null>(null);

export function held(): boolean {
  return holders.size > 0;
}

/** Goes at once, or asks first where something would be lost. */
export function leave(go: () => void): void {
  if (held()) wish.set(go);
  else go();
}

/** The answer: what was typed is given up, or one stays. */
export function decide(goes: boolean): void {
  const go = wish.get();
  wish.set(null);
  if (!goes) return;
  holders.clear();
  go?.();
}

window.addEventListener("beforeunload", (event) => {
  if (held()) event.preventDefault();
});

/** Holds the page while there is something to lose. */
export function useUnsaved(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return undefined;
    const own = Symbol("unsaved");
    holders.add(own);
    return () => {
      holders.delete(own);
    };
  }, [unsaved]);
}
