/** How the panes share the screen; the sizes are this PC's. */

import { Store } from "../lib/store";

export interface Layout {
  left: number; // px
  right: number;
  below: number;
}

export type Edge = keyof Layout;

export const BOUNDS: Readonly<Record<Edge, readonly [least: number, most: number]>> = { left: [260, 620], right: [280, 620], below: [90, 560] };
const KEPT = "desk.layout";
const NARROW_PX = 1500; // of the window: a county's PC of 1366

function first(): Layout {
  const narrow = window.innerWidth < NARROW_PX;
  const usual: Layout = { left: narrow ? 356 : 410, right: narrow ? 340 : 400, below: window.innerHeight < 900 ? 190 : 260 };
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Record<Edge, unknown>>;
    const sized = (edge: Edge): number => (typeof kept[edge] === "number" ? bounded(edge, kept[edge]) : usual[edge]);
    return { left: sized("left"), right: sized("right"), below: sized("below") };
  } catch {
    return usual;
  }
}

export function bounded(edge: Edge, size: number): number {
  const [least, most] = BOUNDS[edge];
  return Math.round(Math.min(most, Math.max(least, size)));
}

export const layout = new Store<Layout>(first());

export function resize(edge: Edge, size: number): void {
  const next = { ...layout.get(), [edge]: bounded(edge, size) };
  layout.set(next);
  localStorage.setItem(KEPT, JSON.stringify(next));
}
