/**
 * What the server says to a crew for a ticket before the bar is dropped: of a ticket with a crew the offer's reason, of
 * a planned one the validator's word on the plan with that change.
 */

import type { QueryClient } from "@tanstack/react-query";

import { answered, api, type Schemas, type Ticket } from "../api/client";
import type { Offers } from "../workstation/queries";

export interface Verdict {
  tone: "ok" | "warn" | "bad";
  text: string | null; // null: the crew is not among the candidates
}

const LIMIT = 50;
const FRESH_MS = 15_000;

export function ofOffers(offers: Offers, crewId: string): Verdict {
  const offer = offers.offers.find((each) => each.crew_id === crewId);
  if (offer !== undefined) return { tone: offer.asks.length > 0 ? "warn" : "ok", text: offer.sentence };
  const passed = offers.passed_over.find((each) => each.crew_id === crewId);
  return passed === undefined ? { tone: "warn", text: null } : { tone: "bad", text: passed.sentence };
}

/** The plan with one ticket given to another crew, last in its row. */
export function moved(stops: readonly Schemas["dispatch__web__plans__StopShown"][], ticketId: string, crewId: string): Record<string, string[]> {
  const routes: Record<string, string[]> = {};
  for (const stop of [...stops].sort((one, other) => one.position - other.position)) {
    const crew = stop.ticket_id === ticketId ? null : stop.crew_id;
    if (crew !== null && !stop.ticket_id.startsWith("visit/")) (routes[crew] ??= []).push(stop.ticket_id);
  }
  (routes[crewId] ??= []).push(ticketId);
  return routes;
}

export function ofPlan(verdict: Schemas["VerdictShown"]): Verdict {
  if (verdict.faults.length > 0) return { tone: "bad", text: [verdict.sentence, ...verdict.faults].join(";") };
  return { tone: verdict.dearer > 0 ? "warn" : "ok", text: verdict.sentence };
}

export async function judged(queries: QueryClient, ticket: Ticket, crewId: string, plan: Schemas["PlanShown"] | undefined, planned: boolean): Promise<Verdict> {
  if (planned && plan !== undefined) {
    const body = { area: ticket.area, routes: moved(plan.stops, ticket.id, crewId) };
    const ask = (): Promise<Schemas["VerdictShown"]> => answered(api.POST("/api/v1/plans/judge", { body }));
    return ofPlan(await queries.fetchQuery({ queryKey: ["judged", plan.id, ticket.id, crewId], queryFn: ask, staleTime: FRESH_MS }));
  }
  const params = { path: { ticket_id: ticket.id }, query: { limit: LIMIT } };
  const ask = (): Promise<Offers> => answered(api.GET("/api/v1/tickets/{ticket_id}/offers", { params }));
  return ofOffers(await queries.fetchQuery({ queryKey: ["offers", ticket.id, ticket.version], queryFn: ask, staleTime: FRESH_MS }), crewId);
}
