/**
 * Points of a map, drawn on a canvas: many of one kind are one path. Shape and colour both tell the kind; two bars or a
 * cross above a point tell how near its clock is to its end. Pure but for the canvas that is handed in.
 */

export type Shape = "triangle" | "circle" | "square" | "diamond" | "plus" | "frame";

export interface Kind {
  shape: Shape;
  colour: string; // a variable of base.css, without the dashes
  size: number; // half the width, px
  mark?: 0 | 1 | 2 | 3; // of lib/alarm.ts
}

export interface Dot {
  id: string;
  x: number; // Mercator, metres
  y: number;
  kind: Kind;
}

export interface Batch {
  kind: Kind;
  ids: string[];
  at: Float64Array; // x, y, x, y …
}

/** px = a·x + c·y + e, py = b·x + d·y + f, as a map's frame gives it. */
export type Transform = readonly number[];

interface Pen {
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, r: number, from: number, to: number): void;
  rect(x: number, y: number, w: number, h: number): void;
  closePath(): void;
}

const MARGIN = 20; // px beyond the edge that are still drawn

/** Puts dots of one kind together; the order of kinds is kept: what comes later lies on top. */
export function batches(dots: readonly Dot[]): Batch[] {
  const groups = new Map<string, Dot[]>();
  for (const dot of dots) {
    const { shape, colour, size, mark = 0 } = dot.kind;
    const key = `${shape} ${colour} ${size} ${mark}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [dot]);
    else group.push(dot);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ kind: first.kind, ids: group.map((dot) => dot.id), at: placesOf(group) }];
  });
}

function placesOf(dots: readonly Dot[]): Float64Array {
  const at = new Float64Array(dots.length * 2);
  dots.forEach((dot, n) => at.set([dot.x, dot.y], n * 2));
  return at;
}

/** Calls with the pixel of each point that can be seen. */
export function each(batch: Batch, [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0]: Transform, width: number, height: number, see: (px: number, py: number, n: number) => void): void {
  const { at } = batch;
  for (let n = 0; n + 1 < at.length; n += 2) {
    const x = at[n] ?? 0;
    const y = at[n + 1] ?? 0;
    const px = a * x + c * y + e;
    const py = b * x + d * y + f;
    if (px > -MARGIN && py > -MARGIN && px < width + MARGIN && py < height + MARGIN) see(px, py, n / 2);
  }
}

const TRACES: Record<Shape, (pen: Pen, x: number, y: number, r: number) => void> = {
  triangle(pen, x, y, r) {
    pen.moveTo(x, y - r * 1.1);
    pen.lineTo(x + r, y + r * 0.8);
    pen.lineTo(x - r, y + r * 0.8);
    pen.closePath();
  },
  circle(pen, x, y, r) {
    pen.moveTo(x + r, y);
    pen.arc(x, y, r, 0, Math.PI * 2);
  },
  square(pen, x, y, r) {
    pen.rect(x - r, y - r, 2 * r, 2 * r);
  },
  diamond(pen, x, y, r) {
    const far = r * 1.3;
    pen.moveTo(x, y - far);
    pen.lineTo(x + far, y);
    pen.lineTo(x, y + far);
    pen.lineTo(x - far, y);
    pen.closePath();
  },
  plus(pen, x, y, r) {
    const thin = r * 0.45;
    pen.rect(x - r * 1.2, y - thin, r * 2.4, thin * 2);
    pen.rect(x - thin, y - r * 1.2, thin * 2, r * 2.4);
  },
  frame(pen, x, y, r) {
    pen.rect(x - r, y - r, 2 * r, 2 * r);
  },
};

/** Shapes of which only the outline is coloured. */
export const HOLLOW: ReadonlySet<Shape> = new Set<Shape>(["circle", "frame"]);

export function trace(pen: Pen, shape: Shape, x: number, y: number, r: number): void {
  TRACES[shape](pen, x, y, r);
}

/** ▲▲ as two bars, ✖ as a cross, above the point. */
export function traceMark(pen: Pen, mark: 0 | 1 | 2 | 3, x: number, y: number, r: number): void {
  const top = y - r - 8;
  if (mark === 2) {
    for (const side of [-2.5, 2.5]) {
      pen.moveTo(x + side, top);
      pen.lineTo(x + side, top + 5);
    }
  } else if (mark === 3) {
    pen.moveTo(x - 3.5, top - 1);
    pen.lineTo(x + 3.5, top + 6);
    pen.moveTo(x + 3.5, top - 1);
    pen.lineTo(x - 3.5, top + 6);
  }
}

/** The point nearest to a pixel, within reach; among equals the one on top. */
export function nearest(batches: readonly Batch[], transform: Transform, px: number, py: number, reach: number): { batch: number; id: string } | null {
  let found: { batch: number; id: string } | null = null;
  let least = reach * reach;
  batches.forEach((batch, no) => {
    each(batch, transform, Infinity, Infinity, (x, y, n) => {
      const far = (x - px) ** 2 + (y - py) ** 2;
      const id = batch.ids[n];
      if (far <= least && id !== undefined) {
        least = far;
        found = { batch: no, id };
      }
    });
  });
  return found;
}
