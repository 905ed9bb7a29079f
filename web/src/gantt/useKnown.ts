/** Gathers what the rows are made of: crews, tickets, the plan in force, the day's lists and bookings, capacity. */

import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { answered, api, type Schemas, type Ticket } from "../api/client";
import { useMe } from "../api/session";
import { now } from "../lib/clock";
import { useStore } from "../lib/store";
import { calmOrder } from "../workstation/engine";
import { dayOf } from "../workstation/instants";
import { useAreas, useCrews } from "../workstation/queries";
import type { Known } from "./model";

const DONE_MS = 60_000;
const PLAN_MS = 20_000;
const DAY_MS = 60_000; // lists, bookings and capacity change a few times a day
const LOAD_MS = 15_000; // repairs come and go by the minute
const MOST = 500;
const HALVES = ["am", "pm"] as const;

/** What a depot declared, and how much of it is taken: visits of the day, and repairs at a time. */
export interface Load {
  visits: { declared: number; booked: number } | null; // null: none declared
  repairs: Schemas["RepairsShown"];
}

const NOTHING: [] = [];

function useDone(area: string): readonly Ticket[] {
  const { data } = useQuery({
    queryKey: ["doneToday", area],
    queryFn: () => answered(api.GET("/api/v1/tickets", { params: { query: { area, done: "today", limit: MOST } } })),
    refetchInterval: DONE_MS,
    placeholderData: keepPreviousData,
  });
  return data?.tickets ?? NOTHING;
}

export function usePlan(area: string): Schemas["PlanShown"] | undefined {
  const { data } = useQuery({
    queryKey: ["plans", area],
    queryFn: () => answered(api.GET("/api/v1/plans", { params: { query: { area, state: ["published"], limit: 1 } } })),
    refetchInterval: PLAN_MS,
    placeholderData: keepPreviousData,
  });
  return data?.plans[0];
}

function useLists(area: string): readonly Schemas["WorklistShown"][] {
  const date = dayOf(now());
  const found = useQueries({
    queries: HALVES.map((half) => ({
      queryKey: ["worklists", area, date, half],
      queryFn: () => answered(api.GET("/api/v1/worklists", { params: { query: { area, date, half } } })),
      refetchInterval: DAY_MS,
    })),
    combine: (answers) => answers.flatMap((answer) => answer.data?.worklists ?? []),
  });
  return found;
}

function useBookings(depots: readonly string[]): Known["bookings"] {
  const date = dayOf(now());
  return useQueries({
    queries: depots.map((depot) => ({
      queryKey: ["bookings", depot, date],
      queryFn: () => answered(api.GET("/api/v1/bookings", { params: { query: { depot, date } } })),
      refetchInterval: DAY_MS,
    })),
    combine: (answers) => answers.flatMap((answer) => answer.data?.bookings ?? []),
  });
}

export function useLoads(depots: readonly string[]): ReadonlyMap<string, Load> {
  const date = dayOf(now());
  return useQueries({
    queries: depots.map((depot) => ({
      queryKey: ["capacity", depot, date],
      queryFn: () => answered(api.GET("/api/v1/capacity", { params: { query: { depot, from: date, to: date } } })),
      refetchInterval: LOAD_MS,
    })),
    combine: (answers) =>
      new Map(
        answers.flatMap(({ data }) => {
          if (data === undefined) return [];
          const declared = data.slots.reduce((sum, slot) => sum + slot.visits, 0);
          const booked = declared - data.slots.reduce((sum, slot) => sum + slot.free, 0);
          return [[data.depot, { visits: data.slots.length === 0 ? null : { declared, booked }, repairs: data.repairs }] as const];
        }),
      ),
  });
}

/** The tickets of the board in the versions they have there; of those that ended, what the server says of today. */
function together(open: readonly Ticket[], done: readonly Ticket[]): readonly Ticket[] {
  const known = new Set(open.map((ticket) => ticket.id));
  return [...open, ...done.filter((ticket) => !known.has(ticket.id))];
}

export function useKnown(): Known & { area: string; depotCodes: readonly string[] } {
  const area = useMe().account.area;
  const { data: crews = NOTHING } = useCrews(area);
  const open = useStore(calmOrder);
  const done = useDone(area);
  const plan = usePlan(area);
  const lists = useLists(area);
  const areas = useAreas();
  const depotCodes = useMemo(() => [...new Set(crews.map((crew) => crew.depot))].sort(), [crews]);
  const bookings = useBookings(depotCodes);
  const depots = useMemo(() => new Map([...areas.values()].map((each) => [each.code, each.name])), [areas]);
  const tickets = useMemo(() => together(open, done), [open, done]);
  const stops = plan?.stops ?? NOTHING;
  return useMemo(() => ({ area, crews, tickets, stops, lists, bookings, depots, depotCodes }), [area, crews, tickets, stops, lists, bookings, depots, depotCodes]);
}
