/** Points, labels and land of the map, without a map. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { batches, each, nearest, type Dot, type Kind } from "./dots.ts";
import { Taken } from "./labels.ts";
import { hull, lands, polygonsOf } from "./shapes.ts";

const WAITING: Kind = { shape: "triangle", colour: "warn", size: 6 };
const CREW: Kind = { shape: "square", colour: "ok", size: 6 };
const UPRIGHT = [1, 0, 0, -1, 0, 100] as const;

function dot(id: string, x: number, y: number, kind: Kind): Dot {
  return { id, x, y, kind };
}

test("points of one kind are one path, in the order they came", () => {
  const made = batches([dot("a", 1, 2, WAITING), dot("b", 3, 4, CREW), dot("c", 5, 6, { ...WAITING })]);
  assert.deepEqual(made.map((batch) => batch.ids), [["a", "c"], ["b"]]);
  assert.deepEqual([...(made[0]?.at ?? [])], [1, 2, 5, 6]);
});

test("what lies outside the picture is not drawn", () => {
  const [batch] = batches([dot("in", 50, 50, CREW), dot("out", 500, 50, CREW)]);
  assert.ok(batch);
  const seen: number[] = [];
  each(batch, UPRIGHT, 100, 100, (_x, _y, n) => seen.push(n));
  assert.deepEqual(seen, [0]);
});

test("a click finds the nearest point within reach, the upper one of two", () => {
  const made = batches([dot("ticket", 50, 50, WAITING), dot("crew", 50, 50, CREW), dot("far", 80, 50, CREW)]);
  assert.equal(nearest(made, UPRIGHT, 52, 50, 12)?.id, "crew");
  assert.equal(nearest(made, UPRIGHT, 79, 50, 12)?.id, "far");
  assert.equal(nearest(made, UPRIGHT, 10, 10, 12), null);
});

test("no label lies on another", () => {
  const taken = new Taken();
  assert.ok(taken.take({ left: 0, top: 0, right: 100, bottom: 20 }));
  assert.ok(!taken.take({ left: 90, top: 10, right: 200, bottom: 30 }));
  assert.ok(taken.take({ left: 101, top: 0, right: 200, bottom: 20 }));
  assert.ok(taken.take({ left: -500, top: 0, right: -400, bottom: 20 }));
});

test("a county without a border is the hull of its depots, and says so", () => {
  const county = { code: "330382", name: "乐清市", level: "county", parent: "3303", lon: 121, lat: 28 };
  const depot = { ...county, code: "33038201", level: "depot", parent: "330382", lon: 121.2, lat: 28.2 };
  const other = { ...county, code: "330381", lon: null, lat: null };
  const square = { type: "Polygon", coordinates: [[[1, 1], [2, 1], [2, 2], [1, 1]]] };
  const [drawn, bordered] = lands([county, depot, { ...other }], new Map([["330381", { geometry: square, approximate: false }]]));
  assert.equal(drawn?.known, false);
  assert.ok((drawn?.polygons[0]?.[0]?.length ?? 0) >= 5);
  assert.equal(bordered?.known, true);
  assert.deepEqual(bordered?.polygons, [square.coordinates]);
  assert.deepEqual(polygonsOf({ type: "Point", coordinates: [1, 2] }), []);
});

test("a hull holds all points and none inside it", () => {
  const ring = hull([[0, 0], [2, 0], [2, 2], [0, 2], [1, 1], [1, 0]]);
  assert.deepEqual(new Set(ring.map(String)), new Set(["0,0", "2,0", "2,2", "0,2"]));
  assert.deepEqual(ring[0], ring.at(-1));
});
