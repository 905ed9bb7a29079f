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

export function useDrag(rows: readonly Row[], plan: Schemas["PlanShown"] | undefined): Dragging {
  const [drag, setDrag] = useState<Drag | null>(null);
  const held = useRef<Held | null>(null);
  const asked = useRef("");
  const queries = useQueryClient();

  const judge = (bar: Bar, target: Row): void => {
    const ticket = board.get().get(bar.ticketId ?? "");
    const question = `${bar.key}>${target.id}`;
    if (ticket === undefined || asked.current === question) return;
    asked.current = question;
    const tell = (verdict: Verdict): void => setDrag((now) => (now !== null && asked.current === question ? { ...now, verdict } : now));
    judged(queries, ticket, target.id, plan, bar.kind === "planned").then(tell, (error: unknown) => tell({ tone: "bad", text: saying(error) }));
  };

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
    const { x, y } = under(event);
    if (drag === null && Math.hypot(x - from.x, y - from.y) < SLACK_PX) return;
    const row = rowAt(y);
    const below = rows[row];
    const target = below?.kind === "crew" ? below : null;
    const same = target?.id === from.own.id;
    const held_ = drag?.target?.id === target?.id ? (drag?.verdict ?? null) : null;
    setDrag({ bar: from.bar, target, row, x, y, verdict: target === null ? null : same ? "same" : (held_ ?? "judging") });
    if (target !== null && !same) judge(from.bar, target);
  };

  const up = (): void => {
    const from = held.current;
    held.current = null;
    asked.current = "";
    if (from !== null && drag === null) select(from.bar.ticketId);
    if (from !== null && drag?.target && drag.target.id !== from.own.id && from.bar.ticketId !== null) drop(from.bar, drag.target);
    setDrag(null);
  };

  const cancel = (): void => {
    held.current = null;
    setDrag(null);
  };
  return { drag, down, move, up, cancel };
}

/** A ticket with a crew is reassigned; one that is only planned is kept for the crew. Both ask for the reason first. */
function drop(bar: Bar, target: Row): void {
  const ticket = board.get().get(bar.ticketId ?? "");
  if (ticket === undefined) return;
  select(ticket.id);
  if (bar.kind === "planned") pinning.set({ ticket, crewId: target.id });
  else assign(ticket.id, target.id);
}
