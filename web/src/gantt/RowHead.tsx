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
  return one.n === other.n && told(one.load) === told(other.load) && alike(one.row, other.row);
}

function told(load: Load | undefined): string {
  return load === undefined ? "" : [load.repairs.open, load.repairs.jobs, load.visits?.booked, load.visits?.declared].join();
}

function isFull(taken: number, declared: number | null): boolean {
  return declared !== null && taken >= declared;
}

/** 承载力 of the depot: repairs at a time and visits of the day, each used and declared. */
function Loaded({ load: { repairs, visits } }: { load: Load }): React.JSX.Element {
  const texts = useWords(ganttWords);
  const colour = (full: boolean): string => (full ? "full" : "soft");
  return (
    <span className="small nowrap" title={texts.capacity}>
      <span className={colour(isFull(repairs.open, repairs.jobs))}>{texts.repairs(repairs.open, repairs.jobs)}</span>{" "}
      {visits === null ? (
        <span className="soft">{texts.noVisits}</span>
      ) : (
        <span className={colour(isFull(visits.booked, visits.declared))}>{texts.visits(visits.booked, visits.declared)}</span>
      )}
    </span>
  );
}

export const RowHead = memo(function RowHead({ row, n, load }: Props): React.JSX.Element {
  const texts = useWords(ganttWords);
  const style = { top: n * ROW_PX, height: ROW_PX };
  if (row.kind === "depot") {
    return (
      <div className="row between gantt-head depot" style={style}>
        <strong className="cut">{row.name}</strong>
        {load === undefined ? null : <Loaded load={load} />}
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
