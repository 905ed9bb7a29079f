/** Asks anew for what the feed only tells the change of: crews when tickets moved, the day's lists when one changed. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { listen } from "../api/live";
import { crewOrder } from "./engine";

const OF_THE_DAY = ["worklists", "bookings", "capacity"];

export function useFresh(): void {
  const queries = useQueryClient();
  useEffect(() => crewOrder.watch(() => void queries.invalidateQueries({ queryKey: ["crews"] })), [queries]);
  useEffect(
    () =>
      listen((messages) => {
        if (!messages.some((message) => message.kind === "worklist")) return;
        for (const what of OF_THE_DAY) void queries.invalidateQueries({ queryKey: [what] });
      }),
    [queries],
  );
}
