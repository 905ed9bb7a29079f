/** A day played again: any second of it, found by halves, must be what a plain look at the steps says. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { codeAt, DAY_S, lateAt, MINUTES, NOT_YET, OVER, prepare, upTo, WAITING, WORKING, worstMinute, type Played } from "./play.ts";

const STAGES = ["submitted", "accepted", "dispatched", "en_route", "arrived", "repairing", "restored", "closed"];
const CODES = [WAITING, WAITING, WORKING, WORKING, WORKING, WORKING, OVER, OVER];

/** Numbers that are the same in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

function day(n: number, draw: () => number): Played[] {
  return Array.from({ length: n }, (_, i) => {
    let second = Math.floor(draw() * 90_000) - 5_000;
    const steps = STAGES.slice(0, 1 + Math.floor(draw() * STAGES.length)).map((stage): [number, string] => {
      const step: [number, string] = [second, stage];
      second += Math.floor(draw() * 3_000);
      return step;
    });
    const missed = draw() < 0.2 ? (steps[0]?.[0] ?? 0) + 2_700 : null;
    const sent = steps.find(([, stage]) => stage === "dispatched")?.[0];
    const jobs: Played["jobs"] = sent === undefined ? [] : [["c", "1组", sent, null, steps.find(([, stage]) => stage === "restored")?.[0] ?? null]];
    return { id: String(i), steps, missed, jobs };
  });
}

function plainly({ steps }: Played, second: number): number {
  const last = steps.filter(([at]) => at <= second).at(-1);
  return last === undefined ? NOT_YET : (CODES[STAGES.indexOf(last[1])] ?? NOT_YET);
}

test("every ticket stands where its last step before the moment put it", () => {
  const tickets = day(300, numbers(1));
  const play = prepare(tickets);
  for (const second of [-6_000, 0, 1, 3_599, 40_000, 61_234, DAY_S - 1]) {
    tickets.forEach((ticket, i) => assert.equal(codeAt(play, i, second), plainly(ticket, second)));
  }
});

test("the figures of a minute are what is counted at its end", () => {
  const tickets = day(400, numbers(2));
  const play = prepare(tickets);
  for (const minute of [0, 1, 17, 600, 601, MINUTES - 1]) {
    const end = minute * 60 + 59;
    const counted = (code: number): number => tickets.filter((_, i) => codeAt(play, i, end) === code).length;
    assert.equal(play.minutes.waiting[minute], counted(WAITING));
    assert.equal(play.minutes.working[minute], counted(WORKING));
    assert.equal(play.minutes.late[minute], tickets.filter((_, i) => lateAt(play, i, end)).length);
  }
});

test("events come in the order of time, none is lost", () => {
  const tickets = day(200, numbers(3));
  const { events } = prepare(tickets);
  assert.equal(events.at.length, tickets.reduce((all, ticket) => all + ticket.steps.length, 0));
  events.at.forEach((at, n) => {
    assert.ok(n === 0 || (events.at[n - 1] ?? 0) <= at);
    assert.equal(tickets[events.ticket[n] ?? 0]?.steps[events.step[n] ?? 0]?.[0], at);
  });
  assert.equal(upTo(events.at, DAY_S * 3), events.at.length);
  assert.equal(upTo(events.at, -DAY_S), 0);
});

test("a ticket is late from its broken limit until somebody is there, and the worst minute is the one with most of them", () => {
  const late: Played = { id: "a", steps: [[0, "submitted"], [60, "dispatched"], [7_200, "arrived"]], missed: 2_700, jobs: [] };
  const calm: Played = { id: "b", steps: [[40_000, "submitted"]], missed: null, jobs: [] };
  const play = prepare([late, calm]);
  assert.ok(!lateAt(play, 0, 2_699) && lateAt(play, 0, 2_700) && lateAt(play, 0, 7_199) && !lateAt(play, 0, 7_200));
  const worst = worstMinute(play.minutes);
  assert.ok(worst >= 45 && worst < 120);
});

test("twenty thousand tickets are looked up at once, for each picture", () => {
  const play = prepare(day(20_000, numbers(4)));
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < play.n; i += 1) counts[codeAt(play, i, 50_000)] = (counts[codeAt(play, i, 50_000)] ?? 0) + 1;
  assert.equal(counts.reduce((all, n) => all + n, 0), 20_000);
});
