/** The bottom pane: rows of crews (in a storm: of fault points) over the hours around now. */

import { memo, useEffect, useMemo, useRef, useState, type RefObject } from "react";

import { Symptom } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { now, useFromSecond } from "../lib/clock";
import { hm } from "../lib/format";
import { useStore } from "../lib/store";
import { openMenu } from "../workstation/ActionMenu";
import { incidents } from "../workstation/groups";
import { byIncident } from "../workstation/Queue";
import { select, selected } from "../workstation/selection";
import { deskWords } from "../workstation/words";
import { DragHint } from "./DragHint";
import "./gantt.css";
import { crewRows, incidentRows, type Row } from "./model";
import { Patterns } from "./Patterns";
import { RowHead } from "./RowHead";
import { RowShape } from "./RowShape";
import { around, hours, ROW_PX, seen, x, type View } from "./scale";
import { Toolbar, type Stretch } from "./Toolbar";
import { useDrag } from "./useDrag";
import { useKnown, useLoads, usePlan } from "./useKnown";
import { ganttWords } from "./words";

const QUARTER_S = 900;
const HOURS = 8;

export function Gantt(): React.JSX.Element {
  const texts = useWords(ganttWords);
  const grouped = useStore(byIncident);
  const [stretch, setStretch] = useState<Stretch>({ hours: HOURS, shiftMs: 0 });
  const quarter = useFromSecond((second) => Math.floor(second / QUARTER_S));
  const view = useMemo((): View => {
    const seenNow = around(now(), stretch.hours);
    return quarter > 0 ? { ...seenNow, fromMs: seenNow.fromMs + stretch.shiftMs } : seenNow;
  }, [stretch, quarter]);
  return (
    <section className="pane gantt-pane" id="desk-gantt" tabIndex={-1} aria-label={grouped ? texts.incidents : texts.name}>
      <Toolbar stretch={stretch} onChange={setStretch} />
      <Chart view={view} grouped={grouped} />
    </section>
  );
}

function useRows(grouped: boolean): { rows: readonly Row[]; area: string; depots: readonly string[] } {
  const known = useKnown();
  const texts = useWords(deskWords);
  const rows = useMemo(() => {
    if (!grouped) return crewRows(known);
    const open = known.tickets.filter((ticket) => ticket.stage !== "closed" && ticket.stage !== "cancelled");
    return incidentRows(incidents(open), ({ parent, members }) => `${parent.address || parent.ticket_no} · ${label(Symptom, parent.symptom)} ${members.length > 1 ? texts.children(members.length - 1) : ""}`);
  }, [known, grouped, texts]);
  return { rows, area: known.area, depots: known.depotCodes };
}

/** How large the scrolled box is, and how far it is scrolled. */
function useSeen(box: RefObject<HTMLDivElement | null>): { width: number; height: number; top: number } {
  const [size, setSize] = useState({ width: 0, height: 0, top: 0 });
  useEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const measure = (): void => setSize({ width: current.clientWidth, height: current.clientHeight, top: current.scrollTop });
    const watching = new ResizeObserver(measure);
    watching.observe(current);
    current.addEventListener("scroll", measure, { passive: true });
    return () => {
      watching.disconnect();
      current.removeEventListener("scroll", measure);
    };
  }, [box]);
  return size;
}

const HEAD_PX = 190;
const HOURS_PX = 20;

function Chart({ view, grouped }: { view: View; grouped: boolean }): React.JSX.Element {
  const texts = useWords(ganttWords);
  const box = useRef<HTMLDivElement>(null);
  const { rows, area, depots } = useRows(grouped);
  const loads = useLoads(depots);
  const size = useSeen(box);
  const dragging = useDrag(rows, usePlan(area));
  const width = Math.max(0, size.width - HEAD_PX);
  const { first, last } = seen(rows.length, Math.max(0, size.top - HOURS_PX), size.height);
  const shown = rows.slice(first, last);
  useReveal(box, rows);
  const { drag } = dragging;
  return (
    <div ref={box} className="gantt-scroll" tabIndex={0} role="group" aria-label={texts.hint} onKeyDown={walk}>
      <Hours view={view} width={width} />
      {rows.length === 0 ? <p className="soft">{texts.none}</p> : null}
      <div className="gantt-body" style={{ height: rows.length * ROW_PX }}>
        <div className="gantt-heads" style={{ width: HEAD_PX }}>
          {shown.map((row, n) => (
            <RowHead key={`${row.kind}${row.id}`} row={row} n={first + n} load={loads.get(row.depot)} />
          ))}
        </div>
        <svg
          className="gantt"
          width={width}
          height={rows.length * ROW_PX}
          style={{ left: HEAD_PX }}
          onPointerDown={dragging.down}
          onPointerMove={dragging.move}
          onPointerUp={dragging.up}
          onPointerCancel={dragging.cancel}
          onContextMenu={(event) => menu(event, rows)}
        >
          <Patterns />
          {shown.map((row, n) => (
            <RowShape key={`${row.kind}${row.id}`} row={row} n={first + n} view={view} width={width} over={drag?.row === first + n && drag.target !== null} />
          ))}
          <Grid view={view} width={width} height={rows.length * ROW_PX} />
          <NowLine view={view} width={width} height={rows.length * ROW_PX} />
        </svg>
        {drag === null ? null : <DragHint drag={drag} left={HEAD_PX} />}
      </div>
    </div>
  );
}

/** Selecting a ticket elsewhere brings its row into view. */
function useReveal(box: RefObject<HTMLDivElement | null>, rows: readonly Row[]): void {
  const chosen = useStore(selected);
  const latest = useRef(rows);
  latest.current = rows;
  useEffect(() => {
    const { current } = box;
    const n = chosen === null ? -1 : latest.current.findLastIndex((row) => row.bars.some((bar) => bar.ticketId === chosen));
    if (current === null || n < 0) return;
    const top = n * ROW_PX;
    if (top < current.scrollTop || top + ROW_PX + HOURS_PX > current.scrollTop + current.clientHeight) current.scrollTo({ top: Math.max(0, top - current.clientHeight / 2) });
  }, [chosen, box]);
}

function barAt(target: EventTarget | null, rows: readonly Row[]): string | null {
  const key = target instanceof Element ? target.closest("[data-bar]")?.getAttribute("data-bar") : null;
  return rows.flatMap((row) => row.bars).find((bar) => bar.key === key)?.ticketId ?? null;
}

function menu(event: React.MouseEvent, rows: readonly Row[]): void {
  const ticketId = barAt(event.target, rows);
  if (ticketId === null) return;
  event.preventDefault();
  select(ticketId);
  openMenu(ticketId, event.clientX, event.clientY);
}

/** Arrow keys go from bar to bar: along a row, and to the next one. */
function walk(event: React.KeyboardEvent<HTMLDivElement>): void {
  const bars = [...event.currentTarget.querySelectorAll<SVGGElement>("[data-bar][role=button]")];
  const here = bars.indexOf(document.activeElement as unknown as SVGGElement);
  if (event.key === "Enter" || event.key === " ") {
    const shape = bars[here];
    if (shape === undefined) return;
    event.preventDefault();
    select(ticketOf(shape));
    return;
  }
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const next = by === undefined ? nextRow(bars, here, event.key) : bars[here + by];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
  select(ticketOf(next));
}

function ticketOf(shape: SVGGElement): string | null {
  return shape.getAttribute("data-bar")?.replace(/^plan-/, "").replace(/-\d+-(way|work)$/, "") ?? null;
}

function nextRow(bars: readonly SVGGElement[], here: number, key: string): SVGGElement | undefined {
  const rowOf = (shape: SVGGElement | undefined): number => Number(shape?.parentElement?.getAttribute("data-row") ?? -1);
  const row = rowOf(bars[here]);
  if (key === "ArrowDown") return bars.find((shape) => rowOf(shape) > row);
  if (key === "ArrowUp") return bars.findLast((shape) => rowOf(shape) < row);
  return undefined;
}

const Hours = memo(function Hours({ view, width }: { view: View; width: number }): React.JSX.Element {
  return (
    <div className="gantt-hours" aria-hidden="true" style={{ height: HOURS_PX, marginLeft: HEAD_PX }}>
      {hours(view, width).map((at) => (
        <span key={at} style={{ left: x(at, view, width) }}>
          {hm(at)}
        </span>
      ))}
    </div>
  );
});

const Grid = memo(function Grid({ view, width, height }: { view: View; width: number; height: number }): React.JSX.Element {
  return (
    <g className="gantt-grid" aria-hidden="true">
      {hours(view, width).map((at) => (
        <line key={at} x1={x(at, view, width)} x2={x(at, view, width)} y1={0} y2={height} />
      ))}
    </g>
  );
});

/** Now: a leaf, moved every few seconds. */
function NowLine({ view, width, height }: { view: View; width: number; height: number }): React.JSX.Element {
  const place = useFromSecond((second) => Math.round(x(second * 1000, view, width)));
  return <line className="gantt-now" aria-hidden="true" x1={place} x2={place} y1={0} y2={height} />;
}
