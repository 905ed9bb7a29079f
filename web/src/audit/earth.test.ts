import assert from "node:assert/strict";
import { test } from "node:test";

import { metres, told } from "./earth.ts";

test("a degree of latitude is 111 km, the same place is nowhere", () => {
  assert.ok(Math.abs(metres({ lon: 120, lat: 28 }, { lon: 120, lat: 29 }) - 111_195) < 5);
  assert.equal(metres({ lon: 120, lat: 28 }, { lon: 120, lat: 28 }), 0);
});

test("metres and kilometres are told as people say them", () => {
  assert.equal(told(12.4), "12 m");
  assert.equal(told(3_449), "3.4 km");
});
