/** How many calls this seat took today, and how long writing one down took on average; kept while the tab is open. */

import { session } from "../api/session";
import { now } from "../lib/clock";
import { day } from "../lib/format";
import { Store } from "../lib/store";

interface Stats {
  day: string;
  who: string; // id of the account: another person at this PC begins at nought
  calls: number;
  seconds: number;
}

const KEPT = "seat-today";

function fresh(): Stats {
  return { day: day(now()), who: session.get().me?.account.id ?? "", calls: 0, seconds: 0 };
}

function read(): Stats {
  const begun = fresh();
  try {
    const held = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Stats | null;
    return held !== null && held.day === begun.day && held.who === begun.who ? held : begun;
  } catch {
    return begun;
  }
}

export const stats = new Store<Stats>(read());

export function count(seconds: number): void {
  const held = read();
  const after = { ...held, calls: held.calls + 1, seconds: held.seconds + Math.max(0, seconds) };
  sessionStorage.setItem(KEPT, JSON.stringify(after));
  stats.set(after);
}
