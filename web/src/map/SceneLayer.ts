/**
 * The layer of an OpenLayers map that paints a scene on one canvas of its own, in the map's frame.
 *
 * The canvas is larger than the map. While the map moves, the painted canvas is moved with it, and painted anew only when
 * it rests, when the scene changes or when the margin is used up: thousands of points are moved without a GPU.
 */

import Layer from "ol/layer/Layer";
import type { FrameState } from "ol/Map";

import { colour as variable } from "../theme/theme";
import { NOTHING, paint, type Scene } from "./scene";

const MARGIN = 0.25; // of the map's width and height, on each side
const LEAST_SCALE = 0.6; // beyond these the enlarged picture would be too coarse
const MOST_SCALE = 1.8;

/** Where the map lay when the canvas was painted: px = scale·x + left, py = -scale·y + top. */
interface Painted {
  scene: Scene;
  scale: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

export class SceneLayer extends Layer {
  readonly #canvas = document.createElement("canvas");
  readonly #colours = new Map<string, string>();
  readonly #text: number;
  #scene: Scene = NOTHING;
  #painted: Painted | null = null;

  constructor(text: number) {
    super({ zIndex: 10 });
    this.#text = text;
    this.#canvas.style.cssText = "position:absolute;pointer-events:none";
  }

  show(scene: Scene): void {
    this.#scene = scene;
    this.changed();
  }

  /** The theme changed: colours are looked up anew. */
  redress(): void {
    this.#colours.clear();
    this.#painted = null;
    this.changed();
  }

  get scene(): Scene {
    return this.#scene;
  }

  override render(frame: FrameState | null): HTMLElement | null {
    if (frame === null) return null;
    const moving = frame.viewHints.some((hint) => hint > 0);
    if (!moving || !this.#move(frame)) this.#paint(frame);
    return this.#canvas;
  }

  /** Moves what is painted to where the map is now; false if it does not reach. */
  #move({ size, coordinateToPixelTransform: now }: FrameState): boolean {
    const was = this.#painted;
    const [width = 0, height = 0] = size;
    if (was === null || was.scene !== this.#scene || was.width !== width || was.height !== height) return false;
    const scale = (now[0] ?? 1) / was.scale;
    const left = (now[4] ?? 0) - scale * was.left;
    const top = (now[5] ?? 0) - scale * was.top;
    const reaches = (from: number, side: number): boolean => from - MARGIN * side * scale <= 0 && from + side * (1 + MARGIN) * scale >= side;
    if (scale < LEAST_SCALE || scale > MOST_SCALE || !reaches(left, width) || !reaches(top, height)) return false;
    this.#canvas.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    return true;
  }

  #paint({ size, pixelRatio, coordinateToPixelTransform: now }: FrameState): void {
    const [width = 0, height = 0] = size;
    const margin = [Math.round(width * MARGIN), Math.round(height * MARGIN)] as const;
    const wide = width + 2 * margin[0];
    const high = height + 2 * margin[1];
    const pen = this.#stretch(wide, high, pixelRatio, margin);
    if (pen === null) return;
    const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = now;
    const transform = [a, b, c, d, e + margin[0], f + margin[1]];
    paint(pen, this.#scene, { width: wide, height: high, margin, transform, text: this.#text }, this.#colour);
    this.#painted = { scene: this.#scene, scale: a, left: e, top: f, width, height };
  }

  /** Gives the canvas its size and an empty face. */
  #stretch(width: number, height: number, ratio: number, [left, top]: readonly [number, number]): CanvasRenderingContext2D | null {
    const canvas = this.#canvas;
    const pixels = { width: Math.round(width * ratio), height: Math.round(height * ratio) };
    if (canvas.width !== pixels.width || canvas.height !== pixels.height) {
      Object.assign(canvas, pixels);
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px`, left: `${-left}px`, top: `${-top}px`, transformOrigin: `${left}px ${top}px` });
    }
    canvas.style.transform = "none";
    const pen = canvas.getContext("2d");
    pen?.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen?.clearRect(0, 0, width, height);
    return pen;
  }

  readonly #colour = (name: string): string => {
    const known = this.#colours.get(name);
    if (known !== undefined) return known;
    const found = variable(name);
    this.#colours.set(name, found);
    return found;
  };
}
