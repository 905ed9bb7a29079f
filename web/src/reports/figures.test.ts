import assert from "node:assert/strict";
import { test } from "node:test";

import { figure, inKm, inMinutes } from "./figures.ts";

test("shares are percent, whole numbers stay whole, what cannot be computed is a dash", () => {
  assert.equal(figure(0.9345, "share"), "93.5%");
  assert.equal(figure(7, "count"), "7");
  assert.equal(figure(41.234, "min"), "41.23");
  assert.equal(figure(99.91, "percent"), "99.91%");
  assert.equal(figure(null, "share"), "—");
});

test("what is saved keeps its sign", () => {
  assert.equal(inMinutes(-90), "-1.5 min");
  assert.equal(inMinutes(null), "—");
  assert.equal(inKm(1234), "1.2 km");
});
