/** What every map asks of the server: tiles, areas, borders, closed roads. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { answered, api, type Schemas } from "../api/client";
import type { Basemap } from "./ground";
import { lands, polygonsOf, type Border, type Geometry, type Land, type Polygons } from "./shapes";

const CLOSURES_MS = 60_000;
const NONE: readonly Schemas["AreaShown"][] = [];

/** The tile service of this installation; `undefined` while nobody knows, null where there is none. */
export function useBasemap(): Basemap | null | undefined {
  const { data, isError } = useQuery({
    queryKey: ["console-config"],
    queryFn: () => answered(api.GET("/api/v1/console/config")),
    staleTime: Infinity,
  });
  return isError ? null : data === undefined ? undefined : data.basemap;
}

export function useAreas(): readonly Schemas["AreaShown"][] {
  const { data } = useQuery({ queryKey: ["areas"], queryFn: () => answered(api.GET("/api/v1/areas")), staleTime: Infinity });
  return data?.areas ?? NONE;
}

/** Where the seat of each area is: lon, lat. */
export function useSeats(): ReadonlyMap<string, readonly [number, number]> {
  const areas = useAreas();
  return useMemo(() => new Map(areas.flatMap(({ code, lon, lat }) => (lon === null || lat === null ? [] : [[code, [lon, lat] as const]]))), [areas]);
}

async function askBorders(): Promise<ReadonlyMap<string, Border>> {
  const { features } = await answered(api.GET("/api/v1/areas/borders"));
  return new Map(features.map(({ properties, geometry }) => [String(properties.code), { geometry: geometry as unknown as Geometry, approximate: properties.approximate === true }]));
}

/** The land of all counties: borders where they were imported, hulls elsewhere; `undefined` while it is asked for. */
export function useLands(): readonly Land[] | undefined {
  const areas = useAreas();
  const { data, isPending } = useQuery({ queryKey: ["borders"], queryFn: askBorders, staleTime: Infinity });
  return useMemo(() => (isPending || areas.length === 0 ? undefined : lands(areas, data ?? new Map())), [areas, data, isPending]);
}

export interface Closures {
  drawn: readonly Polygons[];
  hidden: number; // known by name or number only
}

const OPEN: Closures = { drawn: [], hidden: 0 };

export function useClosures(): Closures {
  const { data } = useQuery({
    queryKey: ["closures"],
    queryFn: () => answered(api.GET("/api/v1/roads/closures")),
    refetchInterval: CLOSURES_MS,
  });
  return useMemo(() => {
    if (data === undefined) return OPEN;
    const drawn = data.closures.map((closure) => polygonsOf(closure.polygon as Geometry | null)).filter((polygons) => polygons.length > 0);
    return { drawn, hidden: data.closures.length - drawn.length };
  }, [data]);
}
