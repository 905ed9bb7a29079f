/** From instants to pixels: the stretch of time that the Gantt shows, its hours, which rows are seen. Pure. */

export interface View {
  fromMs: number;
  hours: number;
}

export const HOUR_MS = 3_600_000;
export const ZOOMS: readonly number[] = [2, 4, 8, 12, 24];
export const ROW_PX = 24;
const BEFORE = 0.35; // of the stretch lies before now

/** A stretch around now, beginning on a quarter of an hour so that it does not creep. */
export function around(nowMs: number, hours: number): View {
  const quarter = HOUR_MS / 4;
  return { fromMs: Math.floor((nowMs - hours * HOUR_MS * BEFORE) / quarter) * quarter, hours };
}

export function x(atMs: number, view: View, width: number): number {
  return ((atMs - view.fromMs) / (view.hours * HOUR_MS)) * width;
}

/** The whole hours in the stretch; where they would crowd, every second or third. */
export function hours(view: View, width: number): readonly number[] {
  const leastPx = 48;
  const every = Math.max(1, Math.ceil((leastPx * view.hours) / Math.max(1, width))) * HOUR_MS;
  const first = Math.ceil(view.fromMs / every) * every;
  const found: number[] = [];
  for (let at = first; at < view.fromMs + view.hours * HOUR_MS; at += every) found.push(at);
  return found;
}

/** Left edge and width of a bar, cut to what is seen; null: outside. */
export function extent(fromMs: number, toMs: number, view: View, width: number): { x: number; width: number } | null {
  const left = x(fromMs, view, width);
  const right = x(toMs, view, width);
  if (right < 0 || left > width) return null;
  const from = Math.max(-4, left);
  return { x: from, width: Math.max(3, Math.min(width + 4, right) - from) };
}

/** Which rows are seen at all: with hundreds of crews only these are drawn. */
export function seen(count: number, scrolled: number, height: number): { first: number; last: number } {
  const spare = 4;
  return { first: Math.max(0, Math.floor(scrolled / ROW_PX) - spare), last: Math.min(count, Math.ceil((scrolled + height) / ROW_PX) + spare) };
}

/** The row under a point. */
export function rowAt(y: number): number {
  return Math.floor(y / ROW_PX);
}

export function zoomed(hoursNow: number, by: 1 | -1): number {
  const place = ZOOMS.indexOf(hoursNow);
  return ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, place + by))] ?? hoursNow;
}
