/** The bars of one row; drawn anew only when the crew's bars change. */

import { memo } from "react";

import { usePicked } from "../lib/store";
import { selected } from "../workstation/selection";
import { BarShape } from "./Bar";
import { alike, type Row } from "./model";
import { ROW_PX, type View } from "./scale";

interface Props {
  row: Row;
  n: number;
  view: View;
  width: number;
  over: boolean; // a bar is being dragged over it
}

function same(one: Props, other: Props): boolean {
  return one.n === other.n && one.view === other.view && one.width === other.width && one.over === other.over && alike(one.row, other.row);
}

export const RowShape = memo(function RowShape({ row, n, view, width, over }: Props): React.JSX.Element {
  const chosen = usePicked(selected, (id) => (row.bars.some((bar) => bar.ticketId !== null && bar.ticketId === id) ? id : null));
  const top = n * ROW_PX;
  return (
    <g data-row={n}>
      <rect className={`gantt-row ${row.kind} ${over ? "over" : ""}`} x={0} y={top} width={width} height={ROW_PX} />
      {row.bars.map((bar) => (
        <BarShape
          key={bar.key}
          bar={bar}
          top={top}
          crew={row.kind === "crew" ? row.name : ""}
          selected={bar.ticketId !== null && bar.ticketId === chosen}
          byIncident={row.kind === "incident"}
          view={view}
          width={width}
        />
      ))}
    </g>
  );
}, same);
