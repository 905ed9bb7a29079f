import assert from "node:assert/strict";
import { test } from "node:test";

import { faultsOf, hasWords } from "./sought.ts";

const filters = [
  { name: "no", kind: "text", least: 4 },
  { name: "q", kind: "text", most: 5 },
  { name: "from", kind: "instant" },
  { name: "to", kind: "instant" },
];

test("a number of fewer than four digits is told and not sent; blanks do not count", () => {
  assert.deepEqual(faultsOf(filters, { no: "26 0" }), { no: { code: "short", least: 4 } });
  assert.deepEqual(faultsOf(filters, { no: " 26 01 " }), {});
  assert.deepEqual(faultsOf(filters, { no: "  " }), {});
  assert.deepEqual(faultsOf(filters, {}), {});
});

test("a text that is too long is told, not cut", () => {
  assert.deepEqual(faultsOf(filters, { q: "东街一号院子" }), { q: { code: "long", over: 1 } });
  assert.deepEqual(faultsOf(filters, { q: "东街一号院" }), {});
});

test("a beginning after the end is told at the end", () => {
  assert.deepEqual(faultsOf(filters, { from: "2026-07-02T08:00:00+08:00", to: "2026-07-01T08:00:00+08:00" }), { to: { code: "order" } });
  assert.deepEqual(faultsOf(filters, { from: "2026-07-01", to: "2026-07-02" }), {});
  assert.deepEqual(faultsOf(filters, { from: "2026-07-01", to: undefined }), {});
});

test("all words must stand somewhere, whatever the case", () => {
  const texts = ["260101A42", "丹城镇东街1号", null, "象山"];
  assert.ok(hasWords("象山 东街", texts));
  assert.ok(hasWords("a42", texts));
  assert.ok(hasWords(undefined, texts) && hasWords("  ", texts));
  assert.ok(!hasWords("宁海 东街", texts));
});
