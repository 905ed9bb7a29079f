/**
 * The server's time. The PC's own clock is never trusted: it may be wrong by an hour.
 *
 * Between two words of the server time goes on by the monotonic clock, at the pace the server was last seen to keep (a
 * replay runs faster than life). One ticker a second drives every clock on the page; each clock cell alone is drawn.
 */

import { useSyncExternalStore } from "react";

import { Timekeeper } from "./timekeeper";

const keeper = new Timekeeper(Date.now(), performance.now());
const watchers = new Set<() => void>();
let second = Math.floor(now() / 1000);
let timer: ReturnType<typeof setInterval> | undefined;

/** Takes in what the server says its time is (ISO 8601). */
export function hear(at: string, byMs: number = performance.now()): void {
  keeper.hear(Date.parse(at), byMs);
}

/** Takes in the server's time after this machine slept: its steady clock may have stood still, no pace is drawn from it. */
export function wake(at: string): void {
  keeper.forget();
  hear(at);
}

/** The server's time now, milliseconds since the epoch. */
export function now(): number {
  return keeper.at(performance.now());
}

function tick(): void {
  const next = Math.floor(now() / 1000);
  if (next === second) return;
  second = next;
  for (const watcher of [...watchers]) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  timer ??= setInterval(tick, 250);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The server's time in whole seconds; the component is drawn once a second. Use it in leaves only. */
export function useSecond(): number {
  return useSyncExternalStore(watch, () => second);
}

/** Draws anew only when what is made of the second changes: a colour, a text. */
export function useFromSecond<T extends string | number | boolean | null>(make: (second: number) => T): T {
  return useSyncExternalStore(watch, () => make(second));
}
