/** How far two places lie apart. Pure; tested. */

const RADIUS_M = 6_371_008.8;
const rad = (degrees: number): number => (degrees * Math.PI) / 180;

export interface Spot {
  lon: number;
  lat: number;
}

/** Metres along the great circle. */
export function metres(one: Spot, other: Spot): number {
  const lat = rad(other.lat - one.lat) / 2;
  const lon = rad(other.lon - one.lon) / 2;
  const h = Math.sin(lat) ** 2 + Math.cos(rad(one.lat)) * Math.cos(rad(other.lat)) * Math.sin(lon) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** 120 m, 3.4 km */
export function told(m: number): string {
  return m < 1000 ? `${Math.round(m)} m` : `${(m / 1000).toFixed(1)} km`;
}
