/** The head of a row: the depot with its 承载力, the crew with its state and jobs, or the fault point. */

import { memo } from "react";

import { useWords } from "../i18n";
import { alike, type Row } from "./model";
import { ROW_PX } from "./scale";
import type { Load } from "./useKnown";
import { ganttWords } from "./words";

const MARKS: Readonly<Record<NonNullable<Row["state"]>, string>> = { free: "●", busy: "◐", off_shift: "○", inactive: "×" };

interface Props {
  row: Row;
  n: number;
  load: Load | undefined;
}

function same(one: Props, other: Props): boolean {
  return one.n === other.n && one.load?.booked === other.load?.booked && one.load?.declared === other.load?.declared && alike(one.row, other.row);
}

export const RowHead = memo(function RowHead({ row, n, load }: Props): React.JSX.Element {
  const texts = useWords(ganttWords);
  const style = { top: n * ROW_PX, height: ROW_PX };
  if (row.kind === "depot") {
    const told = load === undefined ? texts.noCapacity : texts.capacity(load.booked, load.declared);
    return (
      <div className="row between gantt-head depot" style={style}>
        <strong className="cut">{row.name}</strong>
        <span className={`small nowrap ${load !== undefined && load.booked >= load.declared ? "full" : "soft"}`}>{told}</span>
      </div>
    );
  }
  const state = row.state === null ? texts.lent : texts.states[row.state];
  return (
    <div className="row between gantt-head" style={style} title={`${row.name} · ${row.kind === "crew" ? state : ""}`}>
      <span className="cut">
        {row.kind === "crew" ? (
          <span className={`gantt-state ${row.state ?? ""}`} aria-hidden="true">
            {row.state === null ? "◇" : MARKS[row.state]}
          </span>
        ) : null}{" "}
        {row.name}
        <span className="only-read">{row.kind === "crew" ? state : ""}</span>
      </span>
      <span className="small soft nowrap">{row.kind === "crew" ? texts.jobs(row.jobs) : ""}</span>
    </div>
  );
}, same);
