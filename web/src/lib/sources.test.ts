import assert from "node:assert/strict";
import { test } from "node:test";

import { sourceText } from "./sources.ts";

test("tags and references of a source are words, and what was written stays", () => {
  assert.equal(sourceText("[P]", "zh"), "本系统拟定,请贵单位核定");
  assert.equal(sourceText("[P] domain 8; 7.2", "zh"), "本系统拟定,请贵单位核定;业务口径 8; 7.2");
  assert.equal(sourceText("[V1][V2] 国网供电服务承诺, 城区", "zh"), "公开资料 1;公开资料 2;国网供电服务承诺, 城区");
  assert.equal(sourceText("[K] 回访", "en"), "custom of the trade, text not checked;回访");
  assert.equal(sourceText("issue 6.3", "zh"), "产品要求 6.3");
  assert.equal(sourceText("劳动法第44条", "zh"), "劳动法第44条");
});

test("no tag is left, whatever stands around it", () => {
  for (const source of ["[P] on [V20]: contradictory", "[K]; exam item [V7] without the answer", "[S1] 受理 1", "[T6] after handling", ""]) {
    for (const tongue of ["zh", "en"] as const) assert.doesNotMatch(sourceText(source, tongue), /\[[A-Z]/);
  }
});
