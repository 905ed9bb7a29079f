/** Dragging a bar onto another crew's row: what the server says to it is told before it is dropped. */

import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { board } from "../api/board";
import { saying } from "../kit/toast";
import { assign } from "../workstation/act";
import { select } from "../workstation/selection";
import { pinning } from "../workstation/Wishes";
import type { Schemas } from "../api/client";
import type { Bar, Row } from "./model";
import { rowAt } from "./scale";
import { judged, type Verdict } from "./verdict";

const SLACK_PX = 5; // a click trembles

export interface Drag {
  bar: Bar;
  target: Row | null;
  row: number;
  x: number;
  y: number;
  verdict: Verdict | "judging" | "same" | null;
}

interface Held {
  bar: Bar;
  own: Row;
  x: number;
  y: number;
}

export interface Dragging {
  drag: Drag | null;
  down: (event: React.PointerEvent<SVGSVGElement>) => void;
  move: (event: React.PointerEvent<SVGSVGElement>) => void;
  up: (event: React.PointerEvent<SVGSVGElement>) => void;
  cancel: () => void;
}

function under(event: React.PointerEvent<SVGSVGElement>): { x: number; y: number } {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/** Asks about a bar on a row, once for each row it comes over; an answer that comes too late is dropped. */
function useJudge(plan: Schemas["PlanShown"] | undefined, tell: (verdict: Verdict) => void): { ask: (bar: Bar, target: Row) => void; forget: () => void } {
  const asked = useRef("");
  const queries = useQueryClient();
  const ask = (bar: Bar, target: Row): void => {
    const ticket = board.get().get(bar.ticketId ?? "");
    const question = `${bar.key}>${target.id}`;
    if (ticket === undefined || asked.current === question) return;
    asked.current = question;
    const answer = (verdict: Verdict): void => {
      if (asked.current === question) tell(verdict);
    };
    judged(queries, ticket, target.id, plan, bar.kind === "planned").then(answer, (error: unknown) => answer({ tone: "bad", text: saying(error) }));
  };
  const forget = (): void => {
    asked.current = "";
  };
  return { ask, forget };
}

/** Where the bar is now; while it stays over a row, what was said to it stays. */
function dragged(before: Drag | null, from: Held, at: { x: number; y: number }, rows: readonly Row[]): Drag {
  const row = rowAt(at.y);
  const below = rows[row];
  const target = below?.kind === "crew" ? below : null;
  const kept = before !== null && before.target?.id === target?.id ? before.verdict : null;
  const verdict = target === null ? null : target.id === from.own.id ? "same" : (kept ?? "judging");
  return { bar: from.bar, target, row, ...at, verdict };
}

export function useDrag(rows: readonly Row[], plan: Schemas["PlanShown"] | undefined): Dragging {
  const [drag, setDrag] = useState<Drag | null>(null);
  const held = useRef<Held | null>(null);
  const judge = useJudge(plan, (verdict) => setDrag((now) => (now === null ? null : { ...now, verdict })));

  const down = (event: React.PointerEvent<SVGSVGElement>): void => {
    const place = under(event);
    const row = rows[rowAt(place.y)];
    const key = (event.target as Element).closest("[data-bar]")?.getAttribute("data-bar");
    const bar = row?.bars.find((each) => each.key === key);
    if (row === undefined || bar === undefined || event.button !== 0) return;
    held.current = { bar, own: row, ...place };
    if (bar.movable && row.kind === "crew") event.currentTarget.setPointerCapture(event.pointerId);
  };

  const move = (event: React.PointerEvent<SVGSVGElement>): void => {
    const from = held.current;
    if (from === null || !from.bar.movable || from.own.kind !== "crew") return;
    const at = under(event);
    if (drag === null && Math.hypot(at.x - from.x, at.y - from.y) < SLACK_PX) return;
    const next = dragged(drag, from, at, rows);
    setDrag((before) => dragged(before, from, at, rows)); // a verdict that came since the last drawing stays
    if (next.target === null || next.verdict === "same") judge.forget();
    else judge.ask(next.bar, next.target);
  };

  const end = (): void => {
    held.current = null;
    judge.forget();
    setDrag(null);
  };

  const up = (): void => {
    const from = held.current;
    if (from !== null && drag === null) select(from.bar.ticketId);
    if (from !== null && drag?.target && drag.target.id !== from.own.id) drop(from.bar, drag.target);
    end();
  };
  return { drag, down, move, up, cancel: end };
}

/** A ticket with a crew is reassigned; one that is only planned is kept for the crew. Both ask for the reason first. */
function drop(bar: Bar, target: Row): void {
  const ticket = board.get().get(bar.ticketId ?? "");
  if (ticket === undefined) return;
  select(ticket.id);
  if (bar.kind === "planned") pinning.set({ ticket, crewId: target.id });
  else assign(ticket.id, target.id);
}
