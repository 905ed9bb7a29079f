/** What the workstation asks beside the feed: each answer belongs to a ticket's version and is asked anew with the next. */

import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";

import { answered, api, type Schemas, type Ticket } from "../api/client";
import { arriveRate } from "../board/figures";
import { WAITING } from "./queue";

export type Offers = Schemas["OffersShown"];
export type Offer = Offers["offers"][number];
export type Crew = Schemas["CrewShown"];

const OFFERS_MS = 15_000; // crews move while a ticket waits
const CREWS_MS = 10_000;
const MODE_MS = 15_000;
const ON_TIME_MS = 60_000;
const PAGE = 500;
const OFFERS = 50; // so that a crew on which a bar is dropped is known

const REPLACEABLE = new Set(["dispatched", "crew_accepted", "en_route"]);

/** Shows the answer of the version before until that of the new one is there. */
function ofSame<T>(ticketId: string): (before: T | undefined, query: { queryKey: readonly unknown[] } | undefined) => T | undefined {
  return (before, query) => (query?.queryKey[1] === ticketId ? before : undefined);
}

function useOf<T>(what: string, ticket: Ticket | undefined, ask: (id: string) => Promise<T>, on = true, everyMs: number | false = false): UseQueryResult<T> {
  const id = ticket?.id ?? "";
  return useQuery({
    queryKey: [what, id, ticket?.version],
    queryFn: () => ask(id),
    enabled: on && ticket !== undefined,
    refetchInterval: everyMs,
    placeholderData: ofSame<T>(id) as never,
  });
}

const of = (id: string): { params: { path: { ticket_id: string } } } => ({ params: { path: { ticket_id: id } } });

export function wantsCrew(ticket: Ticket): boolean {
  return WAITING.has(ticket.stage) || REPLACEABLE.has(ticket.stage);
}

export function useOffers(ticket: Ticket | undefined): UseQueryResult<Offers> {
  const ask = (id: string): Promise<Offers> =>
    answered(api.GET("/api/v1/tickets/{ticket_id}/offers", { params: { path: { ticket_id: id }, query: { limit: OFFERS } } }));
  return useOf("offers", ticket, ask, ticket !== undefined && wantsCrew(ticket), OFFERS_MS);
}

export function useWhy(ticket: Ticket | undefined): UseQueryResult<Schemas["WhyShown"]> {
  return useOf("why", ticket, (id) => answered(api.GET("/api/v1/tickets/{ticket_id}/why", of(id))));
}

export function useLog(ticket: Ticket | undefined): UseQueryResult<Schemas["TicketLog"]> {
  return useOf("log", ticket, (id) => answered(api.GET("/api/v1/tickets/{ticket_id}/events", of(id))));
}

export function usePhotos(ticket: Ticket | undefined): UseQueryResult<Schemas["PhotoList"]> {
  return useOf("photos", ticket, (id) => answered(api.GET("/api/v1/tickets/{ticket_id}/photos", of(id))));
}

export function useProposals(ticket: Ticket | undefined): UseQueryResult<Schemas["ProposalsShown"]> {
  const on = ticket !== undefined && WAITING.has(ticket.stage);
  return useOf("proposals", ticket, (id) => answered(api.GET("/api/v1/tickets/{ticket_id}/merge-proposals", of(id))), on, OFFERS_MS);
}

export function useWishes(ticket: Ticket | undefined): UseQueryResult<Schemas["WishList"]> {
  return useOf("wishes", ticket, (id) => answered(api.GET("/api/v1/tickets/{ticket_id}/wishes", of(id))));
}

/** A ticket that is not on the board (any more): it ended, or left the county. */
export function useOffBoard(id: string | null, off: boolean): UseQueryResult<Ticket> {
  return useQuery({
    queryKey: ["ticket", id],
    queryFn: () => answered(api.GET("/api/v1/tickets/{ticket_id}", of(id ?? ""))),
    enabled: id !== null && !off,
  });
}

async function allCrews(area: string): Promise<readonly Crew[]> {
  const found: Crew[] = [];
  for (let after: string | null = null; ; ) {
    const page: Schemas["CrewPage"] = await answered(api.GET("/api/v1/crews", { params: { query: { area, limit: PAGE, after } } }));
    found.push(...page.crews);
    if (page.next === null) return found;
    after = page.next;
  }
}

export function useCrews(area: string): UseQueryResult<readonly Crew[]> {
  return useQuery({ queryKey: ["crews", area], queryFn: () => allCrews(area), refetchInterval: CREWS_MS, placeholderData: keepPreviousData });
}

export function useMode(area: string): UseQueryResult<Schemas["ModeShown"]> {
  const ask = (): Promise<Schemas["ModeShown"]> => answered(api.GET("/api/v1/areas/{code}/mode", { params: { path: { code: area } } }));
  return useQuery({ queryKey: ["mode", area], queryFn: ask, refetchInterval: MODE_MS });
}

export function useAreas(): ReadonlyMap<string, Schemas["AreaShown"]> {
  const { data } = useQuery({
    queryKey: ["areas"],
    queryFn: () => answered(api.GET("/api/v1/areas")),
    staleTime: Infinity,
    select: (list) => new Map(list.areas.map((area) => [area.code, area])),
  });
  return data ?? NO_AREAS;
}
const NO_AREAS: ReadonlyMap<string, Schemas["AreaShown"]> = new Map();

/** The share of today's arrivals that were in time, as the dashboard counts it; null: none yet. */
export function useOnTime(area: string): number | null {
  const { data } = useQuery({
    queryKey: ["onTime", area],
    queryFn: () => answered(api.GET("/api/v1/dashboard", { params: { query: { area } } })),
    refetchInterval: ON_TIME_MS,
    select: (board) => arriveRate(board.now),
  });
  return data ?? null;
}
