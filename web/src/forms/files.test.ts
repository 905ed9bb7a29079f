import assert from "node:assert/strict";
import { test } from "node:test";

import { base64Of, faultsOf } from "./files.ts";

test("a file of any length and any bytes becomes its Base64", async () => {
  for (const length of [0, 1, 0x8000, 0x8001, 100_003]) {
    const bytes = Uint8Array.from({ length }, (_, n) => (n * 7) % 256);
    assert.equal(await base64Of(new Blob([bytes])), Buffer.from(bytes).toString("base64"));
  }
});

test("only what is a wrong row is told as one", () => {
  assert.deepEqual(faultsOf({ rows: [{ row: 3, column: "C", message: "户数应为整数" }, "nonsense", null] }), [{ row: 3, column: "C", message: "户数应为整数" }]);
  assert.deepEqual(faultsOf({}), []);
});
