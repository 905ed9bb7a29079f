/** Places on the map, and how far they are from each other. */

export interface Point {
  lon: number; // WGS-84, degrees
  lat: number;
}

const RAD = Math.PI / 180;

/** How far two points are from each other as the crow flies, metres. */
export function metres(a: Point, b: Point): number {
  const dx = (b.lon - a.lon) * Math.cos(((a.lat + b.lat) / 2) * RAD);
  return Math.hypot(dx, b.lat - a.lat) * RAD * 6_371_000;
}
