/** What stands on the ground of a map, and how it is painted: lines, points, rings, labels. Drawn in the map's own frame. */

import { each, type Batch, type Transform } from "./dots";
import { Taken } from "./labels";
import { stampOf } from "./stamps";

export interface Label {
  x: number;
  y: number;
  text: string;
  colour: string;
  away: number; // px beneath the place; negative: above
}

export interface Line {
  from: readonly [number, number];
  to: readonly [number, number];
  text: string;
}

export interface Ringed {
  x: number;
  y: number;
  colour: string;
}

export interface Scene {
  batches: readonly Batch[];
  lines: readonly Line[];
  rings: readonly Ringed[];
  labels: readonly Label[]; // those that matter most first
}

export const NOTHING: Scene = { batches: [], lines: [], rings: [], labels: [] };

const FAMILY = '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif';
const HALO = 3; // px of ground around a sign or a text
const RING = 13;
const MOST_LABELS = 160;
const MOST_SIGNS = 600; // beyond it names may lie on signs
const EDGE = 26; // px from the edge at which a number still stands
const SPECK = 4; // signs no larger than this may lie under a name
const SIGN = 5; // px around a sign that are kept free

type Pen = CanvasRenderingContext2D;
type ColourOf = (name: string) => string;

/** A frame to paint in: the size in CSS pixels and where the map lies in it. */
export interface Frame {
  width: number;
  height: number;
  transform: Transform;
  margin: readonly [number, number]; // px around the picture that are painted as well, for when it is moved
  text: number; // px of its letters
}

export function paint(pen: Pen, scene: Scene, frame: Frame, colour: ColourOf): void {
  pen.lineCap = "round";
  for (const line of scene.lines) paintLine(pen, line, frame.transform, colour);
  for (const batch of scene.batches) paintBatch(pen, batch, frame, colour);
  for (const ring of scene.rings) paintRing(pen, ring, frame.transform, colour);
  paintLabels(pen, scene, frame, colour);
}

function pixel([a = 1, b = 0, c = 0, d = 1, e = 0, f = 0]: Transform, x: number, y: number): [number, number] {
  return [a * x + c * y + e, b * x + d * y + f];
}

function paintBatch(pen: Pen, batch: Batch, frame: Frame, colour: ColourOf): void {
  const scale = pen.getTransform().a;
  const { picture, left, top } = stampOf(batch.kind, colour(batch.kind.colour), colour("sea"), scale);
  const wide = picture.width / scale;
  const high = picture.height / scale;
  const whole = (px: number): number => Math.round(px * scale) / scale; // on points of the screen it stays sharp
  each(batch, frame.transform, frame.width, frame.height, (x, y) => pen.drawImage(picture, whole(x - left), whole(y - top), wide, high));
}

function paintRing(pen: Pen, ring: Ringed, transform: Transform, colour: ColourOf): void {
  const [x, y] = pixel(transform, ring.x, ring.y);
  pen.beginPath();
  pen.arc(x, y, RING, 0, Math.PI * 2);
  pen.lineWidth = 3;
  pen.strokeStyle = colour(ring.colour);
  pen.stroke();
}

function paintLine(pen: Pen, line: Line, transform: Transform, colour: ColourOf): void {
  const [x, y] = pixel(transform, ...line.from);
  const [toX, toY] = pixel(transform, ...line.to);
  pen.beginPath();
  pen.setLineDash([6, 5]);
  pen.moveTo(x, y);
  pen.lineTo(toX, toY);
  pen.lineWidth = 2;
  pen.strokeStyle = colour("mark-line");
  pen.stroke();
  pen.setLineDash([]);
}

function paintLabels(pen: Pen, { labels, lines, batches }: Scene, frame: Frame, colour: ColourOf): void {
  const { width, height, transform } = frame;
  const taken = new Taken();
  keepSigns(batches, frame, taken);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  for (const line of lines) {
    const [x, y] = shownEnd(pixel(transform, ...line.from), pixel(transform, ...line.to), frame);
    write(pen, { text: line.text, x: x - 16, y: y - 12, colour: colour("mark-line"), ground: colour("sea"), size: frame.text + 2 }, taken);
  }
  let written = 0;
  for (const label of labels) {
    if (written >= MOST_LABELS) return;
    const [px, py] = pixel(transform, label.x, label.y);
    if (px < 0 || py < 0 || px > width || py > height) continue;
    const said = { text: label.text, x: px, y: py + label.away, colour: colour(label.colour), ground: colour("sea"), size: frame.text };
    if (write(pen, said, taken)) written += 1;
  }
}

/** The end of a line, or where it leaves the picture: its number must be seen. */
function shownEnd([x, y]: [number, number], [toX, toY]: [number, number], { width, height, margin }: Frame): [number, number] {
  const [wide, high] = [EDGE + margin[0], EDGE + margin[1]];
  for (let share = 1; share > 0; share -= 0.02) {
    const px = x + (toX - x) * share;
    const py = y + (toY - y) * share;
    if (px > wide && py > high && px < width - wide && py < height - high) return [px, py];
  }
  return [toX, toY];
}

/** Names do not lie on signs, as long as there are few enough signs for names to find a place. */
function keepSigns(batches: readonly Batch[], frame: Frame, taken: Taken): void {
  const signs = batches.filter((batch) => batch.kind.size > SPECK);
  if (signs.reduce((n, batch) => n + batch.ids.length, 0) > MOST_SIGNS) return;
  for (const batch of signs) {
    each(batch, frame.transform, frame.width, frame.height, (x, y) => {
      taken.take({ left: x - SIGN, right: x + SIGN, top: y - SIGN, bottom: y + SIGN });
    });
  }
}

interface Said {
  text: string;
  x: number;
  y: number;
  colour: string;
  ground: string;
  size: number;
}

function write(pen: Pen, { text, x, y, colour, ground, size }: Said, taken: Taken): boolean {
  pen.font = `${size}px ${FAMILY}`;
  const half = widthOf(pen, text) / 2;
  if (!taken.take({ left: x - half - 2, right: x + half + 2, top: y - size * 0.75, bottom: y + size * 0.75 })) return false;
  pen.lineWidth = HALO;
  pen.strokeStyle = ground;
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
  return true;
}

const widths = new Map<string, number>();
const MOST_WIDTHS = 5_000;

function widthOf(pen: Pen, text: string): number {
  const key = `${pen.font}${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (widths.size > MOST_WIDTHS) widths.clear();
  const width = pen.measureText(text).width;
  widths.set(key, width);
  return width;
}
