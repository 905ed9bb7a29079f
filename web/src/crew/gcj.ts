/** GCJ-02, in which maps of China are drawn (高德、腾讯、百度), from WGS-84: only for handing a place to a map program. */

import type { Point } from "./metres.ts";

const AXIS = 6_378_245.0; // Krasovsky 1940, metres
const ECCENTRICITY2 = 0.006_693_421_622_965_943;
const RAD = Math.PI / 180;


function inChina({ lon, lat }: Point): boolean {
  return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;
}

function wave(x: number, of: number): number {
  return 20 * (Math.sin(6 * x * Math.PI) + Math.sin(2 * x * Math.PI)) + of;
}

function shiftLat(x: number, y: number): number {
  const straight = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  const waves = wave(x, 20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI));
  return straight + ((waves + 160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3;
}

function shiftLon(x: number, y: number): number {
  const straight = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  const waves = wave(x, 20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI));
  return straight + ((waves + 150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3;
}

/** What a WGS-84 point is called in GCJ-02; outside China it is the same. */
export function gcj02(point: Point): Point {
  if (!inChina(point)) return point;
  const x = point.lon - 105;
  const y = point.lat - 35;
  const sin = Math.sin(point.lat * RAD);
  const magic = 1 - ECCENTRICITY2 * sin * sin;
  const root = Math.sqrt(magic);
  const metresLat = ((AXIS * (1 - ECCENTRICITY2)) / (magic * root)) * RAD;
  const metresLon = (AXIS / root) * Math.cos(point.lat * RAD) * RAD;
  return { lon: point.lon + shiftLon(x, y) / metresLon, lat: point.lat + shiftLat(x, y) / metresLat };
}
