/** The ground of a map: the tiles of the utility's own service where there is one, land and borders, closed roads. */

import Feature from "ol/Feature";
import MultiPolygon from "ol/geom/MultiPolygon";
import TileLayer from "ol/layer/Tile";
import VectorImageLayer from "ol/layer/VectorImage";
import VectorSource from "ol/source/Vector";
import XYZ from "ol/source/XYZ";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";

import type { Schemas } from "../api/client";
import { colour } from "../theme/theme";
import { drawn, type Shift } from "./shift";
import type { Land, Polygons } from "./shapes";

export type Basemap = Schemas["BasemapShown"];

/** How the land of an area looks: a variable of base.css; without one the plain land. */
export interface Look {
  fill: string;
  strong: boolean;
}

export type LookOf = (code: string) => Look | undefined;

const HULL_DASH = [4, 4];
const TINT = "8c"; // alpha of coloured land over tiles; the colours of base.css are #rrggbb
const FAINT = "33";

const PLACES: readonly (readonly [string, string])[] = [
  ["{TileMatrix}", "{z}"],
  ["{TileRow}", "{y}"],
  ["{TileCol}", "{x}"],
];

export function tileLayers(basemap: Basemap): TileLayer<XYZ>[] {
  return basemap.urls.map((address) => {
    const url = PLACES.reduce((text, [theirs, ours]) => text.replace(theirs, ours), address);
    return new TileLayer({ source: new XYZ({ url, maxZoom: basemap.max_zoom }), zIndex: 0 });
  });
}

function shapeOf(polygons: Polygons, shift: Shift): MultiPolygon {
  return new MultiPolygon(polygons.map((rings) => rings.map((ring) => ring.map(([lon = 0, lat = 0]) => drawn(lon, lat, shift)))));
}

/** Land and borders; `tiled`: they lie over tiles and must let them through. */
export class LandLayer extends VectorImageLayer<VectorSource> {
  #look: LookOf = () => undefined;
  readonly #styles = new Map<string, Style>();
  readonly #tiled: boolean;

  constructor(tiled: boolean) {
    super({ source: new VectorSource(), zIndex: 1, imageRatio: 1.5 });
    this.#tiled = tiled;
    this.setStyle((feature) => this.#styleOf(feature.get("code") as string, feature.get("known") as boolean));
  }

  lay(lands: readonly Land[], shift: Shift): void {
    const source = this.getSource();
    source?.clear(true);
    source?.addFeatures(
      lands
        .filter((land) => land.polygons.length > 0)
        .map(({ polygons, code, known }) => new Feature({ geometry: shapeOf(polygons, shift), code, known })),
    );
  }

  dress(look: LookOf): void {
    this.#look = look;
    this.redress();
  }

  redress(): void {
    this.#styles.clear();
    this.changed();
  }

  /** The area at a place of the map. */
  codeAt(at: readonly number[]): string | null {
    const found = this.getSource()?.getFeaturesAtCoordinate([...at])[0];
    return (found?.get("code") as string | undefined) ?? null;
  }

  extentOf(fits: (code: string) => boolean): number[] | null {
    const boxes = (this.getSource()?.getFeatures() ?? [])
      .filter((feature) => fits(feature.get("code") as string))
      .flatMap((feature) => feature.getGeometry()?.getExtent() ?? []);
    if (boxes.length === 0) return null;
    const side = (n: number): number[] => boxes.filter((_, place) => place % 4 === n);
    return [Math.min(...side(0)), Math.min(...side(1)), Math.max(...side(2)), Math.max(...side(3))];
  }

  #styleOf(code: string, known: boolean): Style {
    const look = this.#look(code);
    const key = `${look?.fill} ${look?.strong} ${known}`;
    const held = this.#styles.get(key);
    if (held !== undefined) return held;
    const stroke = new Stroke({ color: colour(look?.strong === true ? "title" : "border"), width: look?.strong === true ? 2 : 1, ...(known ? {} : { lineDash: HULL_DASH }) });
    const fill = this.#fill(look);
    const style = new Style({ stroke, zIndex: look?.strong === true ? 1 : 0, ...(fill === null ? {} : { fill: new Fill({ color: fill }) }) });
    this.#styles.set(key, style);
    return style;
  }

  #fill(look: Look | undefined): string | null {
    const plain = look === undefined || look.fill.startsWith("land");
    if (this.#tiled && plain) return null;
    const solid = colour(look?.fill ?? "land");
    return this.#tiled ? `${solid}${TINT}` : solid;
  }
}

/** Closed and slow roads, as far as they were drawn as an area. */
export class ClosureLayer extends VectorImageLayer<VectorSource> {
  constructor() {
    super({ source: new VectorSource(), zIndex: 2 });
    this.setStyle(
      () => new Style({ stroke: new Stroke({ color: colour("bad"), width: 2, lineDash: [8, 4] }), fill: new Fill({ color: `${colour("bad")}${FAINT}` }) }),
    );
  }

  lay(closed: readonly Polygons[], shift: Shift): void {
    const source = this.getSource();
    source?.clear(true);
    source?.addFeatures(closed.filter((polygons) => polygons.length > 0).map((polygons) => new Feature(shapeOf(polygons, shift))));
  }
}
