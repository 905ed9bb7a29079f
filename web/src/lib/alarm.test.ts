import assert from "node:assert/strict";
import { test } from "node:test";

import { alarm } from "./alarm.ts";

test("a clock of three minutes warns at its half, urges at three quarters, is over at its end", () => {
  const at = (second: number): number => alarm(second, 0, 180);
  assert.deepEqual([0, 89, 90, 134, 135, 179, 180, 900].map(at), [0, 0, 1, 1, 2, 2, 3, 3]);
});

test("a clock without a span is over when its end has come, and divides by nothing", () => {
  assert.equal(alarm(5, 5, 5), 3);
  assert.equal(alarm(4, 5, 5), 0);
});
