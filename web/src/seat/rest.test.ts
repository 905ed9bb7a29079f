/** Nothing that a caller said of the place is lost when a place is picked. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Place } from "./form.ts";
import { restOf, withRest } from "./rest.ts";

function place(name: string, path: string): Place {
  return { code: "1", level: "town", name, path, county: "330382", lon: 121, lat: 28, exact: false, confidence: 1, located_by: null, located_n: null };
}

const LIUSHI = place("柳市镇", "浙江省温州市乐清市柳市镇");

test("what was said behind the place goes on to the house number", () => {
  assert.equal(restOf("柳市镇老菜场后面红房子三楼", LIUSHI), "老菜场后面红房子三楼");
  assert.equal(restOf("乐清柳市镇 12号", LIUSHI), "12号");
  assert.equal(restOf("留市镇东街12号", place("东街社区", "乐清市柳市镇东街社区")), "12号");
});

test("the place itself leaves nothing, misheard or not, and shorthand is no house number", () => {
  for (const said of ["柳市镇", "乐清市柳市镇", "柳市", "lsz", "liushi", "330382001"]) assert.equal(restOf(said, LIUSHI), "");
  assert.equal(restOf("三门村三楼", place("三门村", "柳市镇三门村")), "三楼");
  assert.equal(restOf("象山县石埔镇", place("石浦镇", "宁波市象山县石浦镇")), "");
});

test("the rest stands before what was written, and once", () => {
  assert.equal(withRest("三楼", "红房子"), "红房子三楼");
  assert.equal(withRest("红房子三楼", "红房子"), "红房子三楼");
  assert.equal(withRest("三楼", ""), "三楼");
});
