/**
 * One page of a list of the server, kept fresh by the feed.
 *
 * The server pages by a cursor; the cursors of the pages before are remembered, so that one can go back.
 */

import { keepPreviousData, useQuery, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { board } from "../api/board";
import type { Ticket } from "../api/client";
import { listen } from "../api/live";

export interface Page<T> {
  rows: readonly T[];
  next: string | null;
}

export interface Turn {
  after?: string;
  limit: number;
}

export interface Listing<T> {
  rows: readonly T[];
  number: number; // of the page, from 1
  last: boolean;
  loading: boolean;
  error: unknown;
  forward: (() => void) | null;
  back: (() => void) | null;
  again: () => void;
}

const FRESH_MS = 3_000; // changes of so long are asked for together
const OTHERS_MS = 20_000; // what the feed does not tell of is asked for so often
const TELLING = new Set(["ticket", "gone", "snapshot", "listed", "power"]);
export const LIMIT = 100;

/** Asks for queries again when the feed tells of a change, at most every few seconds. */
export function useFresh(key: QueryKey): void {
  const client = useQueryClient();
  const text = JSON.stringify(key);
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const stop = listen((messages) => {
      if (waiting !== undefined || !messages.some((message) => TELLING.has(message.kind))) return;
      waiting = setTimeout(() => {
        waiting = undefined;
        void client.invalidateQueries({ queryKey: JSON.parse(text) as QueryKey });
      }, FRESH_MS);
    });
    return () => {
      stop();
      clearTimeout(waiting);
    };
  }, [client, text]);
}

export function useListing<T, Q extends object>(name: string, query: Q, load: (query: Q, turn: Turn) => Promise<Page<T>>): Listing<T> {
  const asked = JSON.stringify(query);
  const [place, setPlace] = useState({ asked, cursors: [] as readonly string[] });
  const cursors = place.asked === asked ? place.cursors : [];
  const after = cursors.at(-1);
  const found = useQuery({
    queryKey: [name, "list", asked, after],
    queryFn: () => load(query, after === undefined ? { limit: LIMIT } : { after, limit: LIMIT }),
    placeholderData: keepPreviousData,
    refetchInterval: OTHERS_MS,
  });
  useFresh([name]);
  const next = found.data?.next ?? null;
  return {
    rows: found.data?.rows ?? [],
    number: cursors.length + 1,
    last: next === null,
    loading: found.isPending || found.isPlaceholderData,
    error: found.isError ? found.error : null,
    forward: next === null || found.isPlaceholderData ? null : () => setPlace({ asked, cursors: [...cursors, next] }),
    back: cursors.length === 0 ? null : () => setPlace({ asked, cursors: cursors.slice(0, -1) }),
    again: () => void found.refetch(),
  };
}

/** Rows that are at hand whole, as a list. */
export function listOf<T>(rows: readonly T[], found?: { isPending: boolean; error: unknown; refetch: () => unknown }): Listing<T> {
  const again = (): void => void found?.refetch();
  return { rows, number: 1, last: true, loading: found?.isPending ?? false, error: found?.error ?? null, forward: null, back: null, again };
}

const DRAWN_MS = 1_000; // a table of the board is drawn anew so often at most

/** The open tickets, for tables: at a calmer pace than the board's own. */
export function useBoard(): ReadonlyMap<string, Ticket> {
  const [tickets, setTickets] = useState(board.get);
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      waiting = undefined;
      setTickets(board.get());
    };
    const stop = board.watch(() => {
      waiting ??= setTimeout(draw, DRAWN_MS);
    });
    draw();
    return () => {
      stop();
      clearTimeout(waiting);
    };
  }, []);
  return tickets;
}
