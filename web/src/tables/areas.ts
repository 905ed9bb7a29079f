/** The tree of areas, asked for once: names for codes, and what lies below the account's own area. */

import { useQuery } from "@tanstack/react-query";

import { answered, api, type Schemas } from "../api/client";
import { useMe } from "../api/session";

export type Area = Schemas["AreaShown"];

export interface AreaTree {
  all: readonly Area[];
  own: readonly Area[]; // the account's area and what lies below it
  name: (code: string | null | undefined) => string;
  below: (code: string) => ReadonlySet<string>; // with it
}

const NONE: readonly Area[] = [];

export function useAreas(): AreaTree {
  const { account } = useMe();
  const { data } = useQuery({ queryKey: ["areas"], queryFn: () => answered(api.GET("/api/v1/areas")), staleTime: Infinity });
  const all = data?.areas ?? NONE;
  const names = new Map(all.map((area) => [area.code, area.name]));
  const below = (code: string): Set<string> => {
    const inside = new Set([code]);
    for (const area of all) if (area.parent !== null && inside.has(area.parent)) inside.add(area.code); // each after the one above it
    return inside;
  };
  const inside = below(account.area);
  return {
    all,
    own: all.filter((area) => inside.has(area.code)),
    below,
    name: (code) => (code === null || code === undefined ? "—" : (names.get(code) ?? code)),
  };
}
