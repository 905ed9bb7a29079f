/** The shift for the eye gives what the server's own arithmetic gives (`dispatch/places/crs.py`). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { drawn } from "./shift.ts";

/** WGS-84 -> GCJ-02 as `from_wgs84` of the server told them. */
const TOLD: readonly (readonly [number, number, number, number])[] = [
  [121.04822, 28.17515, 121.0525166, 28.1720282],
  [120.10861, 29.19568, 120.1133193, 29.1931229],
  [116.3913, 39.9075, 116.3975412, 39.9089013],
  [87.6, 43.8, 87.602839, 43.801212],
  [113.0, 3.0, 113.0043484, 2.9993548],
  [139.7, 35.7, 139.7, 35.7],
];
const HALF_A_METRE = 0.5;

test("points are shifted as the server shifts them", () => {
  for (const [lon, lat, toLon, toLat] of TOLD) {
    const [x, y] = drawn(lon, lat, "gcj02");
    const [wantedX, wantedY] = drawn(toLon, toLat, "none");
    assert.ok(Math.hypot(x - wantedX, y - wantedY) < HALF_A_METRE, `${lon}, ${lat}`);
  }
});

test("without shifted tiles a place is drawn where it is", () => {
  const [x, y] = drawn(180, 0, "none");
  assert.ok(Math.abs(x - 20037508.34) < 0.01);
  assert.ok(Math.abs(y) < 0.001);
  assert.ok(Number.isFinite(drawn(0, 90, "none")[1]));
});
