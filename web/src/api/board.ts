/** The open tickets of the account's areas, kept current by the feed. */

import { Store, useStore, usePicked } from "../lib/store";
import { Board, type Tickets } from "./boardstate";
import type { Ticket } from "./client";
import { listen } from "./live";

const DRAW_MS = 40; // changes of so long are drawn together

export const board = new Store<Tickets>(new Map());
const kept = new Board();
let drawing: ReturnType<typeof setTimeout> | undefined;

function draw(): void {
  clearTimeout(drawing);
  drawing = undefined;
  board.set(kept.all());
}

listen((messages) => {
  const changed = messages.reduce((any, message) => kept.apply(message) || any, false);
  if (changed) drawing ??= setTimeout(draw, DRAW_MS);
});

/** Lays what a command answered over the board at once; where the feed was faster, what it told is drawn at once. */
export function lay(ticket: Ticket): void {
  const changed = kept.apply({ kind: "ticket", area: ticket.area, seq: 0, ts: 0, body: ticket as never });
  if (changed || drawing !== undefined) draw();
}

export function useTickets(): Tickets {
  return useStore(board);
}

/** One ticket; drawn anew only when it changes itself. */
export function useTicket(id: string | null): Ticket | undefined {
  return usePicked(board, (tickets) => (id === null ? undefined : tickets.get(id)));
}
