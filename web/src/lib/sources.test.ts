import assert from "node:assert/strict";
import { test } from "node:test";

import { sourceText } from "./sources.ts";

test("tags and references of a source are words, and what was written stays", () => {
  assert.equal(sourceText("[P]"), "proposed here, to be confirmed");
  assert.equal(sourceText("[P] domain 8; 7.2"), "proposed here, to be confirmed;trade rules 8; 7.2");
  assert.equal(sourceText("[V1][V2] 国网供电服务承诺, 城区"), "public source 1;public source 2;国网供电服务承诺, 城区");
  assert.equal(sourceText("[K] 回访"), "custom of the trade, text not checked;回访");
  assert.equal(sourceText("issue 6.3"), "product requirement 6.3");
  assert.equal(sourceText("劳动法第44条"), "劳动法第44条");
});

test("no tag is left, whatever stands around it", () => {
  for (const source of ["[P] on [V20]: contradictory", "[K]; exam item [V7] without the answer", "[S1] 受理 1", "[T6] after handling", ""]) assert.doesNotMatch(sourceText(source), /\[[A-Z]/);
});
