import assert from "node:assert/strict";
import { test } from "node:test";

import { queryText, said } from "./query.ts";

test("lists repeat their name, empty values are left out", () => {
  assert.equal(queryText({ area: "33", stage: ["accepted", "dispatched"], open: false, after: null, text: "" }), "area=33&stage=accepted&stage=dispatched&open=false");
});

test("a filter that says nothing is not sent", () => {
  assert.deepEqual(said({ area: "", open: false, stage: [] as string[], n: 0 }), { open: false, n: 0 });
});
