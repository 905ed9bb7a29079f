/** The shelf that is open now, and word between tabs: what one tab changes the others see. */

import { recalled } from "./time";
import { lasting, outbox, told, type Duties } from "./state";
import { shelfOf, type Shelf } from "./shelf";

let open: Shelf | null = null;

const tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("crew");
type Word = "outbox" | "session" | "left";
const listeners = new Map<Word, () => void>();

if (tabs !== null) tabs.onmessage = (event: MessageEvent<Word>) => listeners.get(event.data)?.();

export function onWord(word: Word, act: () => void): void {
  listeners.set(word, act);
}

export function tell(word: Word): void {
  tabs?.postMessage(word);
}

export async function openShelf(account: string): Promise<Shelf> {
  open = await shelfOf(account);
  lasting.set(open.lasting);
  await reread();
  return open;
}

export function shelf(): Shelf {
  if (open === null) throw new Error("no shelf is open");
  return open;
}

export function hasShelf(): boolean {
  return open !== null;
}

/** Reads the outbox anew; every tab shows the same. */
export async function reread(): Promise<void> {
  if (open !== null) outbox.set(await open.items());
}

export async function changed(): Promise<void> {
  await reread();
  tell("outbox");
}

onWord("outbox", () => void reread());

/** Shows what was known when the page was last open. */
export async function recall(): Promise<void> {
  const kept = await shelf().kept<Duties & { offset: number | null }>("duties");
  if (kept === null) return;
  if (kept.offset !== null) recalled(kept.offset);
  told.set(kept);
}
