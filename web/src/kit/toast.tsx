/** Short notices at the edge of the page; each is read out by screen readers and goes by itself, faults stay longer. */

import { Store, useStore } from "../lib/store";
import { ApiError } from "../api/errors";
import { useWords } from "../i18n";
import { words } from "../i18n";
import { kitWords } from "./words";

export type Tone = "ok" | "warn" | "bad";

interface Toast {
  id: number;
  tone: Tone;
  text: string;
}

const LASTS_MS: Record<Tone, number> = { ok: 4_000, warn: 8_000, bad: 12_000 };
const MOST = 4;
const toasts = new Store<readonly Toast[]>([]);
let last = 0;

export function say(tone: Tone, text: string): void {
  last += 1;
  const id = last;
  toasts.set([...toasts.get().filter((toast) => toast.text !== text), { id, tone, text }].slice(-MOST));
  setTimeout(() => dismiss(id), LASTS_MS[tone]);
}

function dismiss(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

/** What a refusal says, in the words of the server; without a server, in ours. */
export function saying(error: unknown): string {
  const texts = words(kitWords);
  if (error instanceof ApiError && error.code === "Unreachable") return texts.unreachable;
  return error instanceof Error ? error.message : texts.unknown;
}

/** Shows that something was refused. */
export function complain(error: unknown): void {
  say("bad", saying(error));
}

export function Toasts(): React.JSX.Element {
  const shown = useStore(toasts);
  const texts = useWords(kitWords);
  return (
    <div className="toasts no-print" role="status" aria-live="polite" aria-label={texts.notices}>
      {shown.map((toast) => (
        <div key={toast.id} className={`toast ${toast.tone}`}>
          {toast.tone === "bad" ? "✖ " : toast.tone === "warn" ? "▲ " : "✓ "}
          {toast.text}
        </div>
      ))}
    </div>
  );
}
