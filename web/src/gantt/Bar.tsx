/** One bar: pattern and colour tell what it is, a dashed red edge that it is late. A bar that goes on is stretched to now. */

import { memo } from "react";

import { Symptom, VisitKind } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { now, useFromSecond } from "../lib/clock";
import { hm } from "../lib/format";
import type { Bar } from "./model";
import { extent, ROW_PX, type View } from "./scale";
import { ganttWords } from "./words";

const PAD_PX = 3;
const READABLE_PX = 34; // narrower bars bear no text
const EVERY_S = 15; // a bar that goes on grows so often

interface Props {
  bar: Bar;
  top: number;
  crew: string;
  selected: boolean;
  byIncident: boolean;
  view: View;
  width: number;
}

export const BarShape = memo(function BarShape({ bar, top, crew, selected, byIncident, view, width }: Props): React.JSX.Element | null {
  const texts = useWords(ganttWords);
  useFromSecond((second) => (bar.open ? Math.floor(second / EVERY_S) : 0));
  const nowMs = now();
  const toMs = bar.open ? Math.max(bar.toMs, nowMs) : bar.toMs;
  const late = bar.late || (bar.promisedMs !== null && nowMs > bar.promisedMs);
  const place = extent(bar.fromMs, toMs, view, width);
  if (place === null) return null;
  const what = bar.kind === "booked" ? label(VisitKind, bar.text) : bar.symptom === null ? bar.text : label(Symptom, bar.symptom);
  const told = texts.bar(texts.kinds[bar.kind], `${what} ${bar.text}`, crew || bar.crew, hm(bar.fromMs), hm(toMs), late ? ` ✖ ${texts.late}` : "");
  return (
    <g
      data-bar={bar.key}
      className={`bar ${bar.kind} ${late ? "late" : ""} ${selected ? "selected" : ""} ${bar.movable ? "movable" : ""}`}
      {...(bar.ticketId === null ? { role: "img" } : { role: "button", tabIndex: selected ? 0 : -1, "aria-pressed": selected })}
      aria-label={told}
    >
      <title>{told}</title>
      <rect x={place.x} y={top + PAD_PX} width={place.width} height={ROW_PX - 2 * PAD_PX} rx={2} />
      {place.width < READABLE_PX ? null : (
        <text x={Math.max(0, place.x) + 4} y={top + ROW_PX / 2 + 4} aria-hidden="true">
          {fitted(`${late ? "✖ " : ""}${byIncident ? bar.crew : what}`, place.width)}
        </text>
      )}
    </g>
  );
});

const WIDE_PX = 12; // of a Chinese character at the size of the bars
const NARROW_PX = 7; // of a letter or digit

/** As much of a text as the bar has room for: single characters of Chinese, whole words of others. */
function fitted(text: string, width: number): string {
  let left = width - 8;
  let shown = "";
  for (const part of text.match(/[\u2e80-\uffff]|[^\u2e80-\uffff]+?(?:\s|$|(?=[\u2e80-\uffff]))/g) ?? []) {
    left -= part > "\u2e80" ? WIDE_PX : part.length * NARROW_PX;
    if (left < 0) break;
    shown += part;
  }
  return shown;
}
