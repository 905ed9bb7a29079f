import assert from "node:assert/strict";
import { test } from "node:test";

import { inserted } from "./inserting.ts";

test("a field stands where the cursor was, and the cursor behind it", () => {
  assert.deepEqual(inserted("工单,请稍候", "{ticket_no}", 2, 2), { text: "工单{ticket_no},请稍候", cursor: 13 });
});

test("a field takes the place of what was chosen", () => {
  assert.deepEqual(inserted("工单号码,请稍候", "{ticket_no}", 2, 4), { text: "工单{ticket_no},请稍候", cursor: 13 });
});

test("a field goes to the end of a text that nobody has touched", () => {
  assert.deepEqual(inserted("", "{crew}", 0, 0), { text: "{crew}", cursor: 6 });
});
