import assert from "node:assert/strict";
import { test } from "node:test";

import { day, full, hm, hms, kilometres, minutes, percent, span } from "./format.ts";

test("instants are told in China's time, whatever the machine's", () => {
  assert.equal(full("2026-11-20T16:30:05Z"), "2026-11-21 00:30:05");
  assert.equal(day("2026-11-20T16:30:05Z"), "2026-11-21");
  assert.equal(hm("2026-11-20T16:30:05Z"), "00:30");
  assert.equal(hms("2026-11-20T02:03:04+00:00"), "10:03:04");
});

test("what is no instant is a dash and no fault", () => {
  for (const nothing of [null, undefined, "", "yesterday"]) assert.equal(hm(nothing), "—");
});

test("spans read like the clocks of the wall", () => {
  assert.deepEqual([0, 59, 60, 134, 2699, 3600, 5363, -61].map(span), ["0:00", "0:59", "1:00", "2:14", "44:59", "1:00:00", "1:29:23", "-1:01"]);
});

test("a promise is rounded against whoever gives it", () => {
  assert.deepEqual([0, 1, 60, 61].map(minutes), [0, 1, 1, 2]);
  assert.deepEqual([kilometres(2.14), kilometres(12.4)], ["2.1 km", "12 km"]);
  assert.deepEqual([percent(0.986), percent(null)], ["98.6%", "—"]);
});
