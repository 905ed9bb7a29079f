/** One map on the page: ground, scene, view. React tells it what to show; what is clicked it tells back. */

import { extend } from "ol/extent";
import DoubleClickZoom from "ol/interaction/DoubleClickZoom";
import DragPan from "ol/interaction/DragPan";
import MouseWheelZoom from "ol/interaction/MouseWheelZoom";
import PinchZoom from "ol/interaction/PinchZoom";
import Map from "ol/Map";
import View from "ol/View";

import { nearest } from "./dots";
import { ClosureLayer, LandLayer, tileLayers, type Basemap, type LookOf } from "./ground";
import { SceneLayer } from "./SceneLayer";
import type { Scene } from "./scene";
import type { Land, Polygons } from "./shapes";
import { drawn, type Shift } from "./shift";

export interface Hit {
  id: string | null; // a point of the scene
  code: string | null; // the land beneath
  px: number;
  py: number;
  width: number; // of the map
  height: number;
}

const REACH = 14; // px around a click
const PADDING = 28;
const STEP = 120; // px of an arrow key
const MIDDLE: readonly [number, number] = [104, 35]; // of the country: before anything is known
const FIRST_ZOOM = 4;
const NEAREST_ZOOM = 18;
const WALL_PX = 1920;
const TEXT_PX = 12;
const WALL_TEXT_PX = 17;

/** A wall is drawn at one size and enlarged by the page: its pixels must be finer. */
function sharpness(still: boolean): number {
  return window.devicePixelRatio * (still ? Math.max(1, window.innerWidth / WALL_PX) : 1);
}

export class Stage {
  readonly shift: Shift;
  readonly #map: Map;
  readonly #land: LandLayer;
  readonly #closures = new ClosureLayer();
  readonly #scene: SceneLayer;

  constructor(host: HTMLElement, basemap: Basemap | null, still = false) {
    this.shift = basemap?.shift ?? "none";
    this.#land = new LandLayer(basemap !== null);
    this.#scene = new SceneLayer(still ? WALL_TEXT_PX : TEXT_PX);
    const layers = [...(basemap === null ? [] : tileLayers(basemap)), this.#land, this.#closures, this.#scene];
    const interactions = still ? [] : [new DragPan(), new MouseWheelZoom(), new PinchZoom(), new DoubleClickZoom()];
    const view = new View({ center: drawn(...MIDDLE, this.shift), zoom: FIRST_ZOOM, maxZoom: NEAREST_ZOOM, enableRotation: false });
    this.#map = new Map({ target: host, layers, controls: [], interactions, view, pixelRatio: sharpness(still), maxTilesLoading: 8 });
  }

  destroy(): void {
    this.#map.setTarget(undefined);
    this.#map.dispose();
  }

  show(scene: Scene): void {
    this.#scene.show(scene);
  }

  lay(lands: readonly Land[]): void {
    this.#land.lay(lands, this.shift);
  }

  dress(look: LookOf): void {
    this.#land.dress(look);
  }

  close(closed: readonly Polygons[]): void {
    this.#closures.lay(closed, this.shift);
  }

  redress(): void {
    this.#land.redress();
    this.#closures.changed();
    this.#scene.redress();
    this.#map.renderSync(); // a printer takes the page at once
  }

  /** Shows these areas whole; tells whether their land is known. */
  fitAreas(fits: (code: string) => boolean): boolean {
    const box = this.#land.extentOf(fits);
    if (box === null) return false;
    this.#fit(box);
    return true;
  }

  fitPlaces(places: readonly (readonly [number, number])[]): void {
    const [first, ...rest] = places;
    if (first === undefined) return;
    const box = rest.reduce((all, [x, y]) => extend(all, [x, y, x, y]), [first[0], first[1], first[0], first[1]]);
    this.#fit(box);
  }

  #fit(box: number[]): void {
    this.#map.updateSize();
    this.#map.getView().fit(box, { padding: [PADDING, PADDING, PADDING, PADDING], maxZoom: 13 });
  }

  /** Brings a place into view if it is out of it. */
  reveal(x: number, y: number): void {
    const view = this.#map.getView();
    const [left = 0, bottom = 0, right = 0, top = 0] = view.calculateExtent(this.#map.getSize());
    if (x < left || x > right || y < bottom || y > top) view.animate({ center: [x, y], duration: 200 });
  }

  pan(dx: number, dy: number): void {
    const view = this.#map.getView();
    const [x = 0, y = 0] = view.getCenter() ?? [];
    const metres = (view.getResolution() ?? 1) * STEP;
    view.animate({ center: [x + dx * metres, y - dy * metres], duration: 120 });
  }

  zoom(by: number): void {
    const view = this.#map.getView();
    view.animate({ zoom: (view.getZoom() ?? FIRST_ZOOM) + by, duration: 120 });
  }

  #hit(px: number, py: number): Hit {
    const frame = this.#map.getCoordinateFromPixel([px, py]) as number[] | null;
    const [a, b, e, f] = this.#transform();
    const found = nearest(this.#scene.scene.batches, [a, 0, 0, b, e, f], px, py, REACH);
    const [width = 0, height = 0] = this.#map.getSize() ?? [];
    return { id: found?.id ?? null, code: frame === null ? null : this.#land.codeAt(frame), px, py, width, height };
  }

  #transform(): [number, number, number, number] {
    const at = (x: number, y: number): number[] => this.#map.getPixelFromCoordinate([x, y]) ?? [0, 0];
    const [e = 0, f = 0] = at(0, 0);
    const [px = 0, py = 0] = at(1e6, 1e6);
    return [(px - e) / 1e6, (py - f) / 1e6, e, f];
  }

  onClick(heard: (hit: Hit) => void): void {
    this.#map.on("click", ({ pixel: [px = 0, py = 0] }) => heard(this.#hit(px, py)));
    this.#map.getViewport()?.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      const [px = 0, py = 0] = this.#map.getEventPixel(event);
      heard(this.#hit(px, py));
    });
  }

  onPoint(heard: (hit: Hit | null) => void): void {
    this.#map.on("pointermove", ({ dragging, pixel: [px = 0, py = 0] }) => {
      if (!dragging) heard(this.#hit(px, py));
    });
    this.#map.getViewport()?.addEventListener("pointerleave", () => heard(null));
  }

  onMove(heard: () => void): void {
    this.#map.on("movestart", heard);
  }
}
