/** The list of return calls from the server, and the three things a seat does with one. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { lay } from "../api/board";
import { answered, api, type Schemas, type Ticket } from "../api/client";
import { listen } from "../api/live";
import { freshKey } from "../lib/once";
import { bodyOf, type Said } from "./answers";

export type Visit = Schemas["VisitShown"];
export type Begun = Schemas["BegunShown"];

const KEY = ["callbacks"] as const;
const AGAIN_MS = 20_000; // what falls due by the hour alone
const GATHER_MS = 1_000; // changes of so long are asked for together
const MOST = 200;

export function useVisits(): Schemas["VisitPage"] | undefined {
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = listen((messages) => {
      if (timer !== undefined || !messages.some((message) => message.kind === "ticket" || message.kind === "gone")) return;
      timer = setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: KEY });
      }, GATHER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [queries]);
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => answered(api.GET("/api/v1/callbacks", { params: { query: { limit: MOST } } })),
    refetchInterval: AGAIN_MS,
  });
  return data;
}

export function useRefresh(): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: KEY });
}

export async function begin(id: string): Promise<Begun> {
  return answered(api.POST("/api/v1/callbacks/{ticket_id}/begin", { params: { path: { ticket_id: id } } }));
}

export async function answer(key: string, ticket: Ticket, said: Said, text: string): Promise<Ticket> {
  const params = { header: { "Idempotency-Key": key }, path: { ticket_id: ticket.id } };
  const after = await answered(api.POST("/api/v1/callbacks/{ticket_id}/answer", { params, body: bodyOf(said, text, ticket.version) }));
  lay(after);
  return after;
}

export async function miss(key: string, ticket: Ticket, text: string): Promise<Ticket> {
  const params = { header: { "Idempotency-Key": key }, path: { ticket_id: ticket.id } };
  const after = await answered(api.POST("/api/v1/callbacks/{ticket_id}/missed", { params, body: { version: ticket.version, text: text.trim() } }));
  lay(after);
  return after;
}

/** One key for one intent: the same words once more are the same request, other words another. */
export function useKeyOf(): (intent: string) => string {
  const held = useRef({ intent: "", key: "" });
  return (intent) => {
    if (held.current.intent !== intent) held.current = { intent, key: freshKey() };
    return held.current.key;
  };
}
