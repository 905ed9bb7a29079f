/** Where a WGS-84 place is drawn: the one spot where coordinates are changed for the eye. Everything else stays WGS-84. */

import { gcj02 } from "../crew/gcj.ts";

/** What the tiles beneath are drawn in (`DISPATCH_BASEMAP`); without tiles nothing is shifted. */
export type Shift = "none" | "gcj02";
export type XY = [number, number];

const RADIUS = 6_378_137; // of the sphere that spherical Mercator is drawn on, metres
const RAD = Math.PI / 180;
const HIGHEST = 85.06; // Mercator ends there

/** Spherical Mercator metres of a WGS-84 place, shifted to fit the tiles. */
export function drawn(lon: number, lat: number, shift: Shift): XY {
  const at = shift === "gcj02" ? gcj02({ lon, lat }) : { lon, lat };
  const north = Math.max(-HIGHEST, Math.min(HIGHEST, at.lat)) * RAD;
  return [at.lon * RAD * RADIUS, Math.log(Math.tan(Math.PI / 4 + north / 2)) * RADIUS];
}
