import assert from "node:assert/strict";
import { test } from "node:test";

import { compared, linesOf, matches } from "./packlines.ts";

const pack = { id: "x", limits: { accept: { value: 3, unit: "min", source: "[K]" }, none: null }, radius: [{ population: 5, radius: { value: 15, unit: "km", source: "[P]" } }], names: ["a", "b"] };

test("each value with a source is one line under its path; what is not set is left out", () => {
  assert.deepEqual(linesOf(pack), [
    { path: "id", value: "x", unit: "", source: "" },
    { path: "limits.accept", value: "3", unit: "min", source: "[K]" },
    { path: "radius[1].population", value: "5", unit: "", source: "" },
    { path: "radius[1].radius", value: "15", unit: "km", source: "[P]" },
    { path: "names", value: "a、b", unit: "", source: "" },
  ]);
});

test("two packs are compared line by line, also what only one of them has", () => {
  const other = { ...pack, limits: { accept: { value: 5, unit: "min", source: "[K]" }, more: { value: 1, unit: "h", source: "[Q]" } } };
  const differing = compared(linesOf(pack), linesOf(other)).filter((line) => line.differs);
  assert.deepEqual(differing.map((line) => [line.path, line.value, line.other]), [["limits.accept", "3", "5 min"], ["limits.more", "—", "1 h"]]);
  assert.ok(compared(linesOf(pack), null).every((line) => !line.differs && line.other === null));
});

test("a search finds lines with all its words, wherever they stand", () => {
  const [, accept] = linesOf(pack);
  assert.ok(accept !== undefined && matches(accept, "LIMITS min") && !matches(accept, "limits km") && matches(accept, ""));
});
