/** The cells of a week: teams and visits of each half-day, kind and class; what is booked stands beneath. */

import * as names from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { Tag } from "../kit/pieces";
import { cellOf, keyOf, type Cell, type Edits, type Known, type Week } from "./week";
import { dayTitle } from "./days";
import { depotWords } from "./words";

const HALVES = ["am", "pm"] as const;
const KINDS = ["survey", "metering", "field_test"] as const;
const CLASSES = ["urban", "rural"] as const;
const MOST_TEAMS = 1000;
const MOST_VISITS = 10_000;

interface Props {
  week: Week;
  known: ReadonlyMap<string, Known>;
  edits: Edits;
  onEdit: (key: string, cell: Cell) => void;
  day: string;
  onDay: (day: string) => void;
  from: string; // days before it are over
  writes: boolean;
}

export function Grid(props: Props): React.JSX.Element {
  const texts = useWords(depotWords);
  const { week, day, onDay } = props;
  return (
    <table className="table week-grid">
      <thead>
        <tr>
          <th scope="col">{texts.line}</th>
          {week.days.map((each) => (
            <th key={each.date} scope="col">
              <button type="button" className="button" aria-pressed={each.date === day} onClick={() => onDay(each.date)}>
                {dayTitle(each.date)} {each.workday ? "" : texts.offDay}
              </button>
            </th>
          ))}
        </tr>
      </thead>
      {HALVES.map((half) => (
        <tbody key={half}>
          {KINDS.map((kind) => CLASSES.map((area_class) => <Row key={`${kind}${area_class}`} {...props} half={half} kind={kind} area_class={area_class} />))}
        </tbody>
      ))}
    </table>
  );
}

type RowProps = Props & { half: (typeof HALVES)[number]; kind: (typeof KINDS)[number]; area_class: (typeof CLASSES)[number] };

function Row({ week, known, edits, onEdit, from, writes, half, kind, area_class }: RowProps): React.JSX.Element {
  const title = `${label(names.Half, half)} ${label(names.VisitKind, kind)} ${label(names.VisitArea, area_class)}`;
  return (
    <tr>
      <th scope="row" className="nowrap">
        {title}
      </th>
      {week.days.map(({ date }) => {
        const key = keyOf({ date, half, kind, area_class });
        return (
          <td key={date} className={edits[key] === undefined ? "" : "edited"}>
            <OneCell where={`${dayTitle(date)} ${title}`} cell={cellOf(key, known, edits)} known={known.get(key)} shut={!writes || date < from} onEdit={(cell) => onEdit(key, cell)} />
          </td>
        );
      })}
    </tr>
  );
}

interface CellProps {
  where: string;
  cell: Cell;
  known: Known | undefined;
  shut: boolean;
  onEdit: (cell: Cell) => void;
}

function OneCell({ where, cell, known, shut, onEdit }: CellProps): React.JSX.Element {
  const texts = useWords(depotWords);
  return (
    <div className="cell">
      <span className="row">
        <input type="number" min={0} max={MOST_TEAMS} disabled={shut} aria-label={texts.cellTeams(where)} value={cell.teams} onChange={(event) => onEdit({ ...cell, teams: event.target.value })} />
        <span className="small">{texts.teams}</span>
        <input type="number" min={0} max={MOST_VISITS} disabled={shut} aria-label={texts.cellVisits(where)} value={cell.visits} onChange={(event) => onEdit({ ...cell, visits: event.target.value })} />
        <span className="small">{texts.visits}</span>
      </span>
      {known === undefined ? null : (
        <span className="small soft">
          {known.missing ? <Tag tone="warn">{texts.missing}</Tag> : known.version > 0 ? texts.booked(known.booked + known.held, known.free) : null} {known.inherited ? <Tag tone="note">{texts.inherited}</Tag> : null}
        </span>
      )}
    </div>
  );
}
