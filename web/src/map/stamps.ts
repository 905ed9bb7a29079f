/** Signs of the map, each kind painted once and then stamped: thousands of outlines in one path are slow without a GPU. */

import { HOLLOW, trace, traceMark, type Kind } from "./dots";

const HALO = 3; // px of ground around a sign
const REACH = 1.5; // how far a sign goes beyond its size
const ABOVE = 14; // px for the mark above it

interface Stamp {
  picture: HTMLCanvasElement;
  left: number; // px from the picture's edge to the place
  top: number;
}

const stamps = new Map<string, Stamp>();

/** Returns the picture of a kind of sign in these colours; `scale`: points of the screen in a CSS pixel. */
export function stampOf(kind: Kind, own: string, ground: string, scale: number): Stamp {
  const key = [kind.shape, kind.size, kind.mark ?? 0, own, ground, scale].join();
  const held = stamps.get(key);
  if (held !== undefined) return held;
  const half = Math.ceil(kind.size * REACH + HALO);
  const top = (kind.mark ?? 0) < 2 ? half : half + ABOVE;
  const picture = document.createElement("canvas");
  picture.width = Math.ceil(2 * half * scale);
  picture.height = Math.ceil((top + half) * scale);
  const made = { picture, left: half, top };
  const pen = picture.getContext("2d");
  if (pen !== null) {
    pen.scale(scale, scale);
    draw(pen, kind, half, top, own, ground);
  }
  stamps.set(key, made);
  return made;
}

function draw(pen: CanvasRenderingContext2D, kind: Kind, x: number, y: number, own: string, ground: string): void {
  const { shape, size, mark = 0 } = kind;
  const hollow = HOLLOW.has(shape);
  pen.lineCap = "round";
  pen.beginPath();
  trace(pen, shape, x, y, size);
  pen.lineWidth = hollow ? 5 : HALO;
  pen.strokeStyle = ground;
  pen.stroke();
  pen.lineWidth = 2;
  pen.strokeStyle = pen.fillStyle = own;
  if (hollow) pen.stroke();
  else pen.fill();
  if (mark < 2) return;
  pen.beginPath();
  traceMark(pen, mark, x, y, size);
  pen.stroke();
}
