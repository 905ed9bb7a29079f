/** What a seat must write down, and what is sent of it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { addressOf, bodyOf, EMPTY, faultsOf, isEmpty, needsDecision, nextOf, planOf, plansOf, textOf, urgencyOf, type Form, type Known, type Place } from "./form.ts";

const ESTATE: Place = {
  code: "B1", level: "building", name: "和平花苑", path: "和平花苑小区", county: "330382", lon: 120.9, lat: 28.1,
  exact: true, confidence: 1, located_by: null, located_n: null,
};
const ACCOUNT: Place = { ...ESTATE, code: "33001", level: "account", name: "户号 33001", path: "1号表箱" };
const OUTAGE: Known = {
  verdict: "known_outage", label: "", sentence: "已知停电", urgent: false, etr_at: null, outage_id: "o1", ticket_id: "t1", matched: "known_outage",
  account_no: "33001", area: "330382", device: null, served: null, protected: null, evidence: [], place_doubt: null,
};
const CALL: Form = { ...EMPTY, phone: "057700000", place: ESTATE, kind: "1" };

test("a call needs a number, a place and a kind of fault, in this order", () => {
  assert.deepEqual(faultsOf(EMPTY, "dispatch").map((fault) => fault.field), ["phone", "place", "kind"]);
  assert.deepEqual(faultsOf(CALL, "dispatch"), []);
});

test("who is sent although nobody need come is sent on purpose", () => {
  assert.equal(needsDecision(CALL, OUTAGE), true);
  assert.equal(needsDecision({ ...CALL, plan: "consult" }, OUTAGE), false);
  assert.equal(needsDecision({ ...CALL, urgency: "hazard" }, OUTAGE), false); // a danger is always gone to
  assert.equal(needsDecision(CALL, { ...OUTAGE, matched: null }), false);
  assert.equal(needsDecision(CALL, undefined), false);
});

test("words of the caller are a place", () => {
  assert.deepEqual(faultsOf({ ...CALL, place: null, query: "老祠堂旁" }, "dispatch"), []);
});

test("who only asked needs no place and no fault", () => {
  assert.deepEqual(faultsOf({ ...EMPTY, phone: "95598" }, "consult"), []);
});

test("notes beyond what the server keeps are told with how much is too much, and are not cut", () => {
  const form = { ...CALL, notes: "停".repeat(5000) };
  assert.deepEqual(faultsOf(form, "dispatch"), [{ field: "notes", code: "long", over: 4500 }]);
  assert.equal(bodyOf(form, undefined, null).symptom_text?.length, 5000);
});

test("signs are counted as the server counts them, not in halves", () => {
  assert.deepEqual(faultsOf({ ...CALL, notes: "𠮷".repeat(500) }, "dispatch"), []);
});

test("nothing typed beside a picked place is lost", () => {
  assert.equal(addressOf({ ...CALL, query: "3幢", detail: "502" }), "和平花苑小区3幢502");
});

test("a building of which only the street is known as its address keeps its name", () => {
  assert.equal(addressOf({ ...CALL, place: { ...ESTATE, path: "丹城街道" }, detail: "502" }), "丹城街道和平花苑502");
  assert.equal(addressOf({ ...CALL, place: { ...ESTATE, path: "" } }), "和平花苑");
  assert.equal(addressOf({ ...CALL, place: ACCOUNT }), "1号表箱");
});

test("a customer's number is an account, any other place a code", () => {
  const of = (form: Form): unknown[] => [bodyOf(form, undefined, null).account_no, bodyOf(form, undefined, null).place_code];
  assert.deepEqual(of({ ...CALL, place: ACCOUNT, account: "33001" }), ["33001", null]);
  assert.deepEqual(of(CALL), [null, "B1"]);
});

test("only 汉字 teach what a place is called", () => {
  assert.equal(bodyOf({ ...CALL, said: "hphy" }, undefined, null).place_said, null);
  assert.equal(bodyOf({ ...CALL, said: "老和平" }, undefined, null).place_said, "老和平");
});

test("a line on the ground is a danger without a further key", () => {
  assert.equal(urgencyOf({ ...CALL, kind: "5" }, undefined), "hazard");
  assert.equal(bodyOf({ ...CALL, kind: "5" }, undefined, null).hazard, true);
});

test("what is known to be urgent is never sent as usual", () => {
  assert.equal(bodyOf(CALL, { ...OUTAGE, urgent: true }, null).level, "urgent");
});

test("joining and answering are proposed and never chosen by themselves", () => {
  assert.deepEqual(plansOf(CALL, OUTAGE), ["dispatch", "attach", "consult"]);
  assert.equal(planOf(CALL, OUTAGE), "dispatch");
  assert.equal(nextOf(CALL, OUTAGE, ""), null);
});

test("a danger and a life-support customer get a ticket of their own", () => {
  assert.deepEqual(plansOf({ ...CALL, kind: "6" }, OUTAGE), ["dispatch"]);
  assert.deepEqual(plansOf({ ...CALL, protected: "life_support" }, OUTAGE), ["dispatch"]);
});

test("a plan that is no longer open falls back to sending somebody", () => {
  assert.equal(planOf({ ...CALL, plan: "attach" }, { ...OUTAGE, ticket_id: null, matched: null }), "dispatch");
});

test("answered without a crew is a draft that is closed with the sentence read out", () => {
  const form: Form = { ...CALL, plan: "consult" };
  assert.equal(bodyOf(form, OUTAGE, null).draft, true);
  assert.deepEqual(nextOf(form, OUTAGE, "自查"), { kind: "consult", matched: "known_outage", answer: "已知停电" });
});

test("a visit behind the meter is not sent before its price was announced", () => {
  const inner: Form = { ...CALL, kind: "0" };
  assert.deepEqual(faultsOf(inner, "dispatch").map((fault) => fault.field), ["told"]);
  assert.match(textOf({ ...inner, told: true }), /已告知有偿服务/);
});

test("another telephone on site is the ticket's, the caller's stays known by its ends", () => {
  const body = bodyOf({ ...CALL, contact: "057711111" }, undefined, null);
  assert.equal(body.phone, "057711111");
  assert.equal(body.symptom_text, "来电人号码 057****0000,登记的是现场联系电话");
});

test("a form is empty until something is written or chosen", () => {
  assert.equal(isEmpty(EMPTY), true);
  assert.equal(isEmpty({ ...EMPTY, urgency: "urgent" }), false);
});
