/** The land of each area: its border where one was imported, else the hull around its depots and seat. Pure. */

export type Ring = readonly (readonly number[])[];
export type Polygons = readonly (readonly Ring[])[]; // as in a GeoJSON MultiPolygon

export interface Place {
  code: string;
  name: string;
  level: string;
  parent: string | null;
  lon: number | null;
  lat: number | null;
}

export interface Geometry {
  type: string;
  coordinates?: unknown;
}

export interface Border {
  geometry: Geometry;
  approximate: boolean; // drawn by nobody who measured it
}

export interface Land {
  code: string;
  name: string;
  lon: number | null;
  lat: number | null;
  known: boolean; // false: a hull, no border
  approximate: boolean;
  polygons: Polygons;
}

const SMALLEST = 0.02; // degrees: half the side of what stands for a county of which one or two places are known

/** The polygons of a GeoJSON Polygon or MultiPolygon; of anything else none. */
export function polygonsOf(geometry: Geometry | null | undefined): Polygons {
  if (geometry?.type === "Polygon") return [geometry.coordinates as readonly Ring[]];
  if (geometry?.type === "MultiPolygon") return geometry.coordinates as Polygons;
  return [];
}

/** The land of every county. */
export function lands(areas: readonly Place[], borders: ReadonlyMap<string, Border>): Land[] {
  const below = new Map<string, Place[]>();
  for (const area of areas) {
    if (area.parent !== null) below.set(area.parent, [...(below.get(area.parent) ?? []), area]);
  }
  return areas
    .filter((area) => area.level === "county")
    .map(({ code, name, lon, lat }, _, counties) => {
      const border = borders.get(code);
      const polygons = polygonsOf(border?.geometry);
      const known = polygons.length > 0;
      const own = [...(below.get(code) ?? []), ...counties.filter((county) => county.code === code)];
      return { code, name, lon, lat, known, approximate: border?.approximate ?? true, polygons: known ? polygons : around(own) };
    });
}

function around(places: readonly Place[]): Polygons {
  const points = places.flatMap(({ lon, lat }) => (lon === null || lat === null ? [] : [[lon, lat] as const]));
  const padded = points.flatMap(([lon, lat]) => [-SMALLEST, SMALLEST].flatMap((dx) => [-SMALLEST, SMALLEST].map((dy) => [lon + dx, lat + dy] as const)));
  return padded.length === 0 ? [] : [[hull(padded)]];
}

type Point = readonly [number, number];

/** The convex hull, closed. */
export function hull(points: readonly Point[]): Ring {
  const sorted = [...points].sort(([ax, ay], [bx, by]) => ax - bx || ay - by);
  const ring = [...chain(sorted), ...chain(sorted.reverse())];
  return ring[0] === undefined ? [] : [...ring, ring[0]];
}

function chain(sorted: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of sorted) {
    while (kept.length > 1 && !turnsLeft(kept[kept.length - 2], kept[kept.length - 1], point)) kept.pop();
    kept.push(point);
  }
  return kept.slice(0, -1);
}

function turnsLeft(from: Point | undefined, over: Point | undefined, to: Point): boolean {
  if (from === undefined || over === undefined) return true;
  return (over[0] - from[0]) * (to[1] - from[1]) - (over[1] - from[1]) * (to[0] - from[0]) > 0;
}
