/** The crews of an area by name, for who gives an account to one of them. */

import { useQuery } from "@tanstack/react-query";

import { answered, api } from "../api/client";
import { useAreas } from "../tables/areas";
import type { Option } from "../tables/Checks";

const MOST = 1000; // crews of one page; a crew beyond them stands with its id
const FRESH_MS = 60_000;

/** Crews of the area and all below it: "丹城一队(丹城供电所)"; without an area none. */
export function useCrewOptions(area: string): readonly Option[] {
  const areas = useAreas();
  const { data } = useQuery({
    queryKey: ["crews", "named", area],
    queryFn: () => answered(api.GET("/api/v1/crews", { params: { query: { area, limit: MOST } } })),
    enabled: area !== "",
    staleTime: FRESH_MS,
  });
  return (data?.crews ?? []).map(({ id, name, depot }) => ({ value: id, text: `${name}(${areas.name(depot)})` }));
}
