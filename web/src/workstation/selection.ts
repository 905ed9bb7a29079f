/** What is selected: one ticket, the crew chosen for it, the tickets marked together. List, map and Gantt share it. */

import { Store } from "../lib/store";

export const selected = new Store<string | null>(null);
export const chosenCrew = new Store<string | null>(null); // among the candidates of the selected ticket
export const marked = new Store<ReadonlySet<string>>(new Set());

export function select(ticketId: string | null): void {
  if (ticketId === selected.get()) return;
  chosenCrew.set(null);
  selected.set(ticketId);
}

export function mark(ticketId: string): void {
  const next = new Set(marked.get());
  if (!next.delete(ticketId)) next.add(ticketId);
  marked.set(next);
}

export function unmark(): void {
  if (marked.get().size > 0) marked.set(new Set());
}
