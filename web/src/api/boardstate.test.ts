import assert from "node:assert/strict";
import { test } from "node:test";

import { Board } from "./boardstate.ts";

type Said = Parameters<Board["apply"]>[0];

const ticket = (id: string, version: number, stage = "submitted"): Said =>
  ({ kind: "ticket", area: "a", seq: version, ts: 0, body: { id, version, stage } }) as unknown as Said;
const versions = (board: Board): [string, number][] => [...board.all().values()].map(({ id, version }) => [id, version]);

test("the higher version wins, in whatever order they come", () => {
  for (const order of [[1, 2, 3], [3, 2, 1], [2, 3, 1], [1, 3, 2]]) {
    const board = new Board();
    for (const version of order) board.apply(ticket("t", version));
    assert.deepEqual(versions(board), [["t", 3]]);
  }
});

test("a ticket that ended is not brought back by an older word", () => {
  const board = new Board();
  board.apply(ticket("t", 4, "closed"));
  assert.equal(board.apply(ticket("t", 3)), false);
  assert.deepEqual(versions(board), []);
  board.apply(ticket("t", 5, "repairing")); // reopened
  assert.deepEqual(versions(board), [["t", 5]]);
});

test("a snapshot replaces what its area had, once its last part is there", () => {
  const board = new Board();
  board.apply(ticket("old", 1));
  const part = (id: string, more: boolean): Said => ({ kind: "snapshot", area: "a", seq: 9, tickets: [{ id, version: 1, stage: "submitted" }], more }) as unknown as Said;
  board.apply(part("one", true));
  assert.deepEqual(versions(board), [["old", 1]]);
  board.apply(part("two", false));
  assert.deepEqual(versions(board), [["one", 1], ["two", 1]]);
});
