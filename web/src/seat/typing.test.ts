/** What is typed: kinds of fault, phrases, numbers, initials, and what is open nearby. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { beginsWith } from "./initials.ts";
import { KINDS, matching, type Kind } from "./kinds.ts";
import { around, distance, ownOf } from "./near.ts";
import { dialled, isNumber, masked, plain, searchedAs } from "./numbers.ts";
import { PHRASES, spelledOut } from "./phrases.ts";

const nameOf = (one: Kind): string => one.symptom;
const digits = (typed: string): string => matching(typed, nameOf).map((one) => one.digit).join("");

test("a kind is found by its digit, its initials, its pinyin, and its name", () => {
  assert.equal(digits("7"), "7");
  assert.equal(digits("７"), "7");
  assert.equal(digits("dhwd"), "12");
  assert.equal(digits("danh"), "1");
  assert.equal(digits("xldl"), "5");
  assert.equal(digits("chongdz"), "8");
  assert.equal(digits("meter"), "7");
  assert.equal(digits("zzz"), "");
});

test("each digit means one kind", () => {
  assert.equal(new Set(KINDS.map((one) => one.digit)).size, 10);
});

test("a phrase is called by a stroke and a digit, a fraction is none", () => {
  assert.equal(spelledOut("/1"), PHRASES[0]);
  assert.equal(spelledOut("合不上/2"), `合不上;${PHRASES[1]}`);
  assert.equal(spelledOut("全黑。/2"), `全黑。${PHRASES[1]}`);
  for (const typed of ["1/2", "a/1", "//1", "/", "/9", "/0", ""]) assert.equal(spelledOut(typed), null);
});

test("a telephone never goes into an address, not even half of one", () => {
  const mobile = `1${"39"}${"0".repeat(8)}`;
  for (let n = 4; n < mobile.length; n += 1) assert.equal(searchedAs(mobile.slice(0, n)), "nothing");
  assert.equal(searchedAs(mobile), "phone");
  assert.equal(searchedAs(`+86 ${mobile}`), "phone");
  assert.equal(searchedAs("0577"), "nothing");
  assert.equal(searchedAs("0577-88880000"), "phone");
  assert.equal(searchedAs("3302251047"), "place");
  assert.equal(searchedAs("ddjsl128"), "place");
  assert.equal(searchedAs("  "), "nothing");
});

test("numbers are read as the server reads them", () => {
  assert.equal(dialled(" １１０ "), "110");
  assert.equal(isNumber("12"), false);
  assert.equal(isNumber("0577-8888 0000"), true);
  assert.equal(isNumber("1".repeat(20)), false);
  assert.equal(isNumber("张三"), false);
  assert.equal(plain(`0086${"138"}${"0".repeat(8)}`), `138${"0".repeat(8)}`);
  assert.equal(masked("95598"), "****98");
});

test("a county is found by the initials of its name, also where a sign is read in two ways", () => {
  assert.equal(beginsWith("象山县", "xs"), true);
  assert.equal(beginsWith("乐清市", "yqs"), true);
  assert.equal(beginsWith("瑞安市", "ra"), true);
  assert.equal(beginsWith("瑞安市", "rb"), false);
  assert.equal(beginsWith("瑞安", "ras"), false);
});

const NEAR = { id: "a", phone_masked: "057****0000", account_no: null, reported_at: "2026-07-01T01:00:00Z", lon: 120.9, lat: 28.1 };
const FAR = { ...NEAR, id: "b", lat: 28.2, account_no: "33001", phone_masked: "****11" };
const NOWHERE = { ...NEAR, id: "c", lon: null, lat: null, phone_masked: "****12" };
const TICKETS = [FAR, NEAR, NOWHERE] as unknown as Parameters<typeof ownOf>[0];

test("only what lies near is near", () => {
  assert.deepEqual(around(TICKETS, 120.901, 28.1, 0.5).map(({ ticket }) => ticket.id), ["a"]);
  assert.ok(Math.abs(distance(120, 28, 120, 29) - 111.19) < 0.1);
});

test("a customer's own ticket is sure by the account, likely by the number", () => {
  assert.deepEqual(ownOf(TICKETS, "33001", "057700000", null).map(({ ticket, sure }) => [ticket.id, sure]), [["b", true], ["a", false]]);
  assert.deepEqual(ownOf(TICKETS, null, "12", null), []);
  const heard = (...ids: string[]): unknown => ownOf(TICKETS, null, "057700000", new Set(ids)).map(({ ticket, sure }) => [ticket.id, sure]);
  assert.deepEqual(heard(), []); // another number of the same look
  assert.deepEqual(heard("a"), [["a", true]]);
});
