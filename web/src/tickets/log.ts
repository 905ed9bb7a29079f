/** A ticket's log, asked for once by whatever shows it, and what people call the crews, people and tickets in it. */

import { useQuery } from "@tanstack/react-query";

import { answered, api, type Schemas } from "../api/client";

export type Line = Schemas["LogLine"];

export interface Names {
  crew: (id: string) => string;
  person: (id: string) => string | undefined;
  ticket: (id: string) => string;
}

export interface Log extends Names {
  lines: readonly Line[] | undefined;
  error: unknown;
  again: () => void;
}

/** What the log's answer calls what stands in it: the id where it knows no name. */
export function namesOf(log: Schemas["TicketLog"] | undefined): Names {
  return {
    crew: (id) => log?.crews[id] ?? id,
    person: (id) => log?.people[id],
    ticket: (id) => log?.tickets[id] ?? id,
  };
}

export function useLog(id: string): Log {
  const found = useQuery({
    queryKey: ["ticket", id, "events"],
    queryFn: () => answered(api.GET("/api/v1/tickets/{ticket_id}/events", { params: { path: { ticket_id: id } } })),
  });
  return { ...namesOf(found.data), lines: found.data?.events, error: found.isError ? found.error : null, again: () => void found.refetch() };
}
