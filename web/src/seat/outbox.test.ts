/** A call is kept once, whatever the line does. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "./outbox.ts";

class Away extends Error {}

function post(answers: (() => Promise<string>)[]) {
  const keys: string[] = [];
  const later: (() => void)[] = [];
  const outbox = new Outbox<string, string>({
    deliver: (key) => {
      keys.push(key);
      return (answers.shift() ?? (() => Promise.resolve("kept")))();
    },
    isPassing: (error) => error instanceof Away,
    changed: () => undefined,
    later: (act) => later.push(act),
  });
  return { outbox, keys, later };
}

const away = (): Promise<string> => Promise.reject(new Away());
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("what finds nobody waits and goes again with the same key", async () => {
  const { outbox, keys, later } = post([away, away]);
  assert.equal((await outbox.send("k", "call")).state, "waiting");
  later.shift()?.();
  await settle();
  later.shift()?.();
  await settle();
  assert.deepEqual(keys, ["k", "k", "k"]);
  assert.deepEqual(outbox.orders.map((order) => [order.state, order.answer, order.tries]), [["done", "kept", 3]]);
});

test("a refusal is not tried again and is kept until it is dropped", async () => {
  const { outbox, keys, later } = post([() => Promise.reject(new Error("no"))]);
  assert.equal((await outbox.send("k", "call")).state, "refused");
  assert.equal(later.length, 0);
  outbox.hurry();
  assert.deepEqual(keys, ["k"]);
  outbox.drop("k");
  assert.equal(outbox.orders.length, 0);
});

test("two reasons to hurry make one try", async () => {
  const { outbox, keys, later } = post([away]);
  await outbox.send("k", "call");
  outbox.hurry();
  outbox.hurry();
  later.shift()?.();
  await settle();
  assert.deepEqual(keys, ["k", "k"]);
});

test("a call that is taken late stands last", async () => {
  const { outbox, later } = post([away]);
  await outbox.send("first", "call");
  await outbox.send("second", "call");
  later.shift()?.();
  await settle();
  assert.deepEqual(outbox.orders.map((order) => order.key), ["second", "first"]);
});
