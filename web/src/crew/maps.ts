/** Links that open a place in a map program on the phone. No name and no address goes with it: only where it is. */

import { gcj02 } from "./gcj.ts";
import type { Point } from "./metres.ts";

export interface MapLink {
  program: "amap" | "baidu" | "system";
  href: string;
}

function pair(first: number, second: number): string {
  return `${first.toFixed(6)},${second.toFixed(6)}`;
}

/** The programs of this phone; 高德 and 百度 are told GCJ-02, the phone's own map WGS-84. */
export function mapLinks(place: Point, iphone: boolean): MapLink[] {
  const shifted = gcj02(place);
  const lat = shifted.lat.toFixed(6);
  const lon = shifted.lon.toFixed(6);
  const amap = iphone
    ? `iosamap://path?sourceApplication=dispatch&dlat=${lat}&dlon=${lon}&dev=0&t=0`
    : `amapuri://route/plan/?sourceApplication=dispatch&dlat=${lat}&dlon=${lon}&dev=0&t=0`;
  const to = pair(place.lat, place.lon);
  return [
    { program: "amap", href: amap },
    { program: "baidu", href: `baidumap://map/direction?destination=${lat},${lon}&coord_type=gcj02&mode=driving&src=dispatch` },
    { program: "system", href: iphone ? `maps://?daddr=${to}` : `geo:${to}?q=${to}` },
  ];
}
