/** The dashboard of an area and day: asked again every five seconds and soon after the feed tells of a change. */

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { answered, api, type Schemas } from "../api/client";
import { listen } from "../api/live";

export type Dashboard = Schemas["DashboardShown"];

const EVERY_MS = 5_000;
const SOON_MS = 1_500; // changes of so long are counted together

export interface Wanted {
  area: string;
  date: string | null; // null: today
}

export function useDashboard({ area, date }: Wanted): { data: Dashboard | undefined; error: unknown } {
  const queries = useQueryClient();
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const stop = listen((messages) => {
      if (date !== null || !messages.some((message) => message.kind === "ticket")) return;
      waiting ??= setTimeout(() => {
        waiting = undefined;
        void queries.invalidateQueries({ queryKey: ["dashboard"] });
      }, SOON_MS);
    });
    return () => {
      stop();
      clearTimeout(waiting);
    };
  }, [queries, date]);
  const { data, error } = useQuery({
    queryKey: ["dashboard", area, date],
    queryFn: () => answered(api.GET("/api/v1/dashboard", { params: { query: { area, ...(date === null ? {} : { date }) } } })),
    refetchInterval: date === null ? EVERY_MS : false,
    placeholderData: keepPreviousData,
  });
  return { data, error };
}
