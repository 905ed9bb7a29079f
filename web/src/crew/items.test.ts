import assert from "node:assert/strict";
import { test } from "node:test";

import { corrected, judged, nextBatch, notBefore, renamed } from "./batches.ts";
import { laidOver, onceName, type Item, type ReportItem } from "./items.ts";
import { doneSteps, inOrder, nextStep, type Job, type ReportKind } from "./steps.ts";

let seq = 0;

function step(kind: ReportKind, change: Partial<ReportItem> = {}): ReportItem & { seq: number } {
  seq += 1;
  const at = new Date(Date.UTC(2026, 0, 1, 2, seq)).toISOString();
  return { sort: "report", kind, id: `r${seq}`, seq, subject: "t1", title: "26", at, phoneAt: at, state: "waiting", said: {}, ...change };
}

function photo(id: string): Item {
  seq += 1;
  return { sort: "photo", id, seq, subject: "t1", title: "26", at: "2026-01-01T03:00:00.000Z", phoneAt: "2026-01-01T03:00:00.000Z", state: "waiting", bytes: 9 };
}

function job(change: Partial<Job> = {}): Job {
  return { id: "t1", version: 7, ticket_no: "26", stage: "dispatched", reported_at: "2026-01-01T02:00:00Z", level: "normal", ...change } as Job;
}

test("own steps are seen at once, in their order", () => {
  const shown = laidOver(job(), [step("crew-accept"), step("depart"), step("arrive")]);
  assert.equal(shown?.stage, "arrived");
  assert.equal(nextStep(shown?.stage ?? "draft"), "restore");
  assert.equal(doneSteps("arrived"), 3);
});

test("a step that the server has taken counts until its list shows it", () => {
  const taken = judged(step("crew-accept"), { outcome: "accepted", reason: "", version: 8 });
  assert.equal(laidOver(job(), [taken])?.stage, "crew_accepted");
  const later = job({ version: 9, stage: "dispatched" }); // sent anew since
  assert.equal(laidOver(later, [taken])?.stage, "dispatched");
});

test("a refused or contradicted step does not count, one that is held does", () => {
  const refused = judged(step("arrive"), { outcome: "contradiction", reason: "early", version: null });
  assert.equal(refused.state, "told");
  assert.equal(laidOver(job(), [refused])?.stage, "dispatched");
  const held = judged(step("arrive"), { outcome: "held", reason: "waits", version: null });
  assert.equal(laidOver(job(), [held])?.stage, "arrived");
});

test("a job that was given back is gone from the list", () => {
  assert.equal(laidOver(job(), [step("crew-reject")]), null);
});

test("a stale tap does not move a job backwards", () => {
  assert.equal(laidOver(job({ stage: "repairing" }), [step("depart")])?.stage, "repairing");
});

test("one step waits once, photos and progress as often as one likes", () => {
  assert.equal(onceName(step("arrive")), onceName(step("arrive")));
  assert.notEqual(onceName(step("progress")), onceName(step("progress")));
  assert.notEqual(onceName(photo("a")), onceName(photo("b")));
  const told = judged(step("arrive"), { outcome: "refused", reason: "no" });
  assert.equal(onceName(told), told.id); // a refused one may be said again
});

test("reports are sent together up to the next photo, nothing overtakes", () => {
  const items = [step("depart"), step("arrive"), photo("p"), step("locate"), step("restore")];
  assert.deepEqual(nextBatch(items).map((item) => item.seq), items.slice(0, 2).map((item) => item.seq));
  assert.deepEqual(nextBatch(items.slice(2)).map((item) => item.id), ["p"]);
  assert.equal(nextBatch([{ ...step("depart"), state: "done" }]).length, 0);
});

test("a photo's name is put in where it is spoken of, a refused one is left out", () => {
  const locate = step("locate", { said: { photos: ["p", "old"] } });
  assert.deepEqual((renamed(locate, "p", "server") as ReportItem).said.photos, ["server", "old"]);
  assert.deepEqual((renamed(locate, "p", null) as ReportItem).said.photos, ["old"]);
  assert.equal(renamed(locate, "other", "x"), locate);
});

test("a clock that was set back does not turn the order round", () => {
  const first = step("depart");
  assert.equal(notBefore([first], "t1", "2020-01-01T00:00:00.000Z"), first.at);
  assert.equal(notBefore([first], "t2", "2020-01-01T00:00:00.000Z"), "2020-01-01T00:00:00.000Z");
});

test("a time of the future is told by what is known of the clock", () => {
  const fast = step("depart", { at: "2026-01-01T05:00:00.000Z", phoneAt: "2026-01-01T05:00:00.000Z" });
  const nowMs = Date.parse("2026-01-01T04:10:00.000Z");
  assert.equal(corrected(fast, nowMs, -3_600_000).at, "2026-01-01T04:00:00.000Z");
  assert.equal(corrected(fast, nowMs, null).at, "2026-01-01T04:10:00.000Z");
  const past = step("depart", { at: "2026-01-01T04:00:00.000Z" });
  assert.equal(corrected(past, nowMs, 3_600_000), past);
});

test("what is in hand comes first, then danger, then the clock that ends first", () => {
  const jobs = [
    job({ id: "late", ticket_no: "3", due: { arrive: "2026-01-01T02:45:00Z" } }),
    job({ id: "soon", ticket_no: "4", due: { arrive: "2026-01-01T02:30:00Z" } }),
    job({ id: "urgent", ticket_no: "5", level: "urgent" }),
    job({ id: "here", ticket_no: "6", stage: "repairing" }),
  ];
  assert.deepEqual(inOrder(jobs).map((one) => one.id), ["here", "urgent", "soon", "late"]);
});
