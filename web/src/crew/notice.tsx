/** A short word at the foot of the page, read out by screen readers; it goes by itself. */

import { Store, useStore } from "../lib/store";
import { saying } from "./saying";

const LASTS_MS = 6_000;
const notice = new Store<{ text: string; bad: boolean } | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(text: string, bad = false): void {
  notice.set({ text, bad });
  clearTimeout(timer);
  timer = setTimeout(() => notice.set(null), LASTS_MS);
}

export function complain(error: unknown): void {
  say(saying(error), true);
}

export function Notice(): React.JSX.Element {
  const shown = useStore(notice);
  return (
    <div className="notice" role="status" aria-live="polite">
      {shown === null ? null : <p className={shown.bad ? "bad" : ""}>{`${shown.bad ? "✖" : "✓"} ${shown.text}`}</p>}
    </div>
  );
}
