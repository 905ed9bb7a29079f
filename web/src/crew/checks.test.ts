import assert from "node:assert/strict";
import { test } from "node:test";

import { hints, over, overlong, wrongs, type Filled, type ReplyRules } from "./checks.ts";
import { fieldOf, instantIn } from "./etr.ts";

const RULES: ReplyRules = {
  causes: { lv: { value: ["nature", "lv_before_meter"] }, cust: { value: ["customer"] } },
  record_words: {},
  answers: { low_voltage: { value: ["电压"] } },
  vague: { value: ["已处理", "恢复正常"] },
  informal: { value: ["搞定"] },
  facts_least: { value: 5 },
};

function filled(change: Partial<Filled> = {}): Filled {
  const whole = { result: "restored", ownership: "grid", cause: "nature", causeDetail: "", record: "更换绝缘子一只", faultPoint: "3号杆", located: false, photos: 1 };
  return { ...whole, ...change };
}

test("what the server would refuse is said before it is sent", () => {
  assert.deepEqual(wrongs(filled()), []);
  assert.deepEqual(wrongs(filled({ faultPoint: " ", photos: 0 })), ["faultPoint", "photos"]);
  assert.deepEqual(wrongs(filled({ located: true, faultPoint: "", photos: 0 })), []);
  assert.deepEqual(wrongs(filled({ result: "customer_side", ownership: "grid", record: "" })), ["customerOwned", "record"]);
  assert.deepEqual(wrongs(filled({ result: "no_fault", cause: "", ownership: "", photos: 0 })), []);
});

test("a text is as long as its signs, without the blanks around it", () => {
  assert.equal(over(` ${"电".repeat(500)}\n`, 500), 0);
  assert.equal(over("电".repeat(5_000), 500), 4_500);
  assert.equal(over("⚡😀", 2), 0);
  assert.equal(overlong(filled()), false);
  assert.equal(overlong(filled({ causeDetail: "线".repeat(65) })), true);
});

test("what the auditor would send back is only said", () => {
  const about = { category: "lv", symptom: "low_voltage" };
  assert.deepEqual(hints(filled({ cause: "design", record: "已处理" }), about, RULES).map((hint) => hint.kind), ["causeUnfit", "noFacts", "unanswered"]);
  assert.deepEqual(hints(filled({ record: "搞定了,测电压230V", causeDetail: "雷击" }), about, RULES).map((hint) => hint.kind), ["causeWord", "informal"]);
  assert.deepEqual(hints(filled(), { category: "cust", symptom: "other" }, RULES).map((hint) => hint.kind), ["causeUnfit", "gridOwned"]);
  assert.deepEqual(hints(filled({ record: "" }), about, null), []);
});

test("an expected time is China's, whatever zone the phone has", () => {
  assert.equal(instantIn("2026-11-21T10:30"), "2026-11-21T02:30:00.000Z");
  assert.equal(fieldOf(Date.parse("2026-11-21T02:30:00Z")), "2026-11-21T10:30");
  assert.equal(instantIn(""), null);
});
