/**
 * How far the phone's clock is off the server's. Between two words of the server time goes on by the steady clock; after
 * a reload without a line, or a sleep, by the phone's clock and what was known of its error.
 */

import { hear, now, wake } from "../lib/clock";
import { Store } from "../lib/store";

export const WRONG_MS = 120_000; // from here on the crew is told
const SLEPT_MS = 1_500;

/** Server's time less the phone's, ms; null: nothing is known yet. */
export const offset = new Store<number | null>(null);
let told = false; // by the server, since the page was opened
let guessed = true; // by the phone's clock, which somebody may have set since the server's last word
let wallMs = Date.now();
let steadyMs = performance.now();

/** The two clocks of the machine part when it sleeps, or when somebody sets the one that can be set. */
function parted(): boolean {
  const gap = Date.now() - wallMs - (performance.now() - steadyMs);
  wallMs = Date.now();
  steadyMs = performance.now();
  return Math.abs(gap) > SLEPT_MS;
}

/** The server said what time it is. Its first word after a start, and the first after a sleep, tell nothing of its pace. */
export function heard(at: string): void {
  if (parted() || !told) wake(at);
  else hear(at);
  told = true;
  guessed = false;
  offset.set(Math.round((now() - Date.now()) / 1000) * 1000);
}

/** What was known of the phone's clock when the page was last open. */
export function recalled(offsetMs: number): void {
  if (offset.get() !== null) return;
  offset.set(offsetMs);
  wake(new Date(Date.now() + offsetMs).toISOString());
}

/** Whether the time rests on the phone's clock alone. */
export function isGuessed(): boolean {
  return guessed;
}

/** After a sleep the steady clock stood still: the phone's clock tells how long, unless it was set back. */
function awake(): void {
  const known = offset.get();
  if (known === null || !parted() || Date.now() + known <= now()) return;
  guessed = true;
  wake(new Date(Date.now() + known).toISOString());
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") awake();
});

/** When something happens now, for a report: in the server's time as far as it is known, and by the phone's clock. */
export function twoTimes(): { at: string; phoneAt: string } {
  return { at: new Date(now()).toISOString(), phoneAt: new Date().toISOString() };
}
