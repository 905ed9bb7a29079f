/** The dashboard's arithmetic and its way through the areas. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { breaksOf, classOf, spans, STEPS } from "./classes.ts";
import { arriveRate, change, points, stepRate, toneOf, type Tally } from "./figures.ts";
import { colouring } from "./measures.ts";
import { into, pathTo } from "./path.ts";

const EMPTY: Tally = {
  reported: 0, open: 0, waiting: 0, accepted: 0, accepted_in_time: 0, arrived: 0, arrived_in_time: 0, arrive_broken: 0, restored: 0,
  overdue: 0, chased: 0, supervised: 0, lent: 0, saved_s: 0, arrive_min: null, restore_min: null, satisfied: 0, answered: 0,
};

test("who is late on the way counts as late, who still has time does not count", () => {
  assert.equal(arriveRate({ ...EMPTY, reported: 9, arrived: 4, arrived_in_time: 3, arrive_broken: 1 }), 0.75);
  assert.equal(arriveRate(EMPTY), null);
});

test("the funnel tells the cards' own shares, and late ones that have not come are in both", () => {
  const now = { ...EMPTY, accepted: 10, accepted_in_time: 9, arrived: 4, arrived_in_time: 3, arrive_broken: 2 };
  assert.equal(stepRate({ step: "arrived", n: 4, in_time: 3 }, now), arriveRate(now));
  assert.equal(stepRate({ step: "accepted", n: 10, in_time: 9 }, now), 0.9);
  assert.equal(stepRate({ step: "restored", n: 4, in_time: 1 }, now), 0.25);
  assert.equal(stepRate({ step: "reported", n: 12, in_time: null }, now), null);
});

test("a change is told against yesterday, and of nothing there is none", () => {
  assert.equal(change(141, 100), "+41%");
  assert.equal(change(50, 100), "-50%");
  assert.equal(change(3, 0), null);
  assert.equal(points(0.981, 0.97), "+1.1");
  assert.equal(toneOf(0.5), "bad");
  assert.equal(toneOf(null), "plain");
});

test("every value falls into the class whose span holds it", () => {
  const values = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34];
  const breaks = breaksOf(values);
  assert.ok(breaks.every((end, n) => n === 0 || end > (breaks[n - 1] ?? 0)));
  const legend = spans(breaks, 34);
  for (const value of values.filter((each) => each > 0)) {
    const span = legend.find(({ from, to }) => value > from && value <= to);
    assert.equal(classOf(value, breaks), span?.step);
  }
  assert.equal(classOf(0, breaks), 0);
  assert.equal(classOf(34, breaks), STEPS);
});

test("one value alone is one class", () => {
  assert.deepEqual(breaksOf([7, 7, 7]), []);
  assert.ok(classOf(7, []) >= 1);
});

test("a low share of arrivals in time is hot", () => {
  const county = (code: string, kept: number): { code: string; tally: Tally } => ({ code, tally: { ...EMPTY, arrived_in_time: kept, arrive_broken: 100 - kept } });
  const { of } = colouring("arrive", [county("a", 100), county("b", 98), county("c", 80), { code: "d", tally: EMPTY }]);
  assert.deepEqual(["a", "b", "c", "d"].map((code) => of.get(code)?.step), [1, 2, 5, 0]);
});

const TREE = [
  { code: "33", name: "浙江省", parent: null },
  { code: "3303", name: "温州市", parent: "33" },
  { code: "330382", name: "乐清市", parent: "3303" },
];

test("a click goes one step down towards what was clicked", () => {
  assert.equal(into(TREE, "33", "330382"), "3303");
  assert.equal(into(TREE, "3303", "330382"), "330382");
  assert.equal(into(TREE, "330382", "330382"), "330382");
  assert.deepEqual(pathTo(TREE, "3303", "330382").map((each) => each.code), ["3303", "330382"]);
});
