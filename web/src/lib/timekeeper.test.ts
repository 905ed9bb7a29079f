import assert from "node:assert/strict";
import { test } from "node:test";

import { Timekeeper } from "./timekeeper.ts";

test("words that come late or early never have the shown time step back", () => {
  const clock = new Timekeeper(0, 0);
  let random = 11;
  const next = (most: number): number => (random = (random * 48271) % 2147483647) % most;
  let shown = -Infinity;
  for (let ms = 0; ms < 600_000; ms += 250) {
    if (ms % 5_000 === 0) clock.hear(1_000_000 + ms - next(4_000), ms); // a played server that falls behind by up to four seconds
    const now = clock.at(ms);
    assert.ok(now >= shown, `${now} < ${shown}`);
    shown = now;
  }
  assert.ok(Math.abs(shown - 1_600_000) < 10_000);
});

test("a server whose time is set back by more than a minute is followed", () => {
  const clock = new Timekeeper(0, 0);
  clock.hear(10_000_000, 0);
  assert.equal(clock.at(1_000), 10_001_000);
  clock.hear(9_000_000, 1_000);
  assert.equal(clock.at(1_000), 9_000_000);
});

test("a replay that runs faster than life is kept up with between two words", () => {
  const clock = new Timekeeper(0, 0);
  clock.hear(0, 0);
  clock.hear(600_000, 10_000); // sixty times as fast
  assert.equal(clock.at(11_000), 660_000);
});
