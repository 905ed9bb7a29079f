/** The layer of an OpenLayers map that paints a scene on one canvas of its own, in the map's frame. */

import Layer from "ol/layer/Layer";
import type { FrameState } from "ol/Map";

import { colour as variable } from "../theme/theme";
import { NOTHING, paint, type Scene } from "./scene";

export class SceneLayer extends Layer {
  readonly #canvas = document.createElement("canvas");
  readonly #colours = new Map<string, string>();
  #scene: Scene = NOTHING;

  readonly #text: number;

  constructor(text: number) {
    super({ zIndex: 10 });
    this.#text = text;
    this.#canvas.style.cssText = "position:absolute;left:0;top:0;width:100%;height:100%;pointer-events:none";
  }

  show(scene: Scene): void {
    this.#scene = scene;
    this.changed();
  }

  /** The theme changed: colours are looked up anew. */
  redress(): void {
    this.#colours.clear();
    this.changed();
  }

  get scene(): Scene {
    return this.#scene;
  }

  override render(frame: FrameState | null): HTMLElement | null {
    if (frame === null) return null;
    const [width = 0, height = 0] = frame.size;
    const ratio = frame.pixelRatio;
    const canvas = this.#canvas;
    const wide = Math.round(width * ratio);
    const high = Math.round(height * ratio);
    if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
    const pen = canvas.getContext("2d");
    if (pen === null) return canvas;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const moving = frame.viewHints.some((hint) => hint > 0);
    paint(pen, this.#scene, { width, height, transform: frame.coordinateToPixelTransform, moving, text: this.#text }, this.#colour);
    return canvas;
  }

  readonly #colour = (name: string): string => {
    const known = this.#colours.get(name);
    if (known !== undefined) return known;
    const found = variable(name);
    this.#colours.set(name, found);
    return found;
  };
}
