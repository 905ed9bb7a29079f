/** A panel that shows its figures as a chart or as a table, as the reader likes it. */

import { useId, useState, type ReactNode } from "react";

import { useWords } from "../i18n";
import { Panel } from "../kit/pieces";
import { boardWords } from "./words";

export interface Column {
  name: string;
  number?: boolean;
}

interface Props {
  title: string;
  chart: ReactNode;
  columns: readonly Column[];
  rows: readonly (readonly ReactNode[])[];
  note?: ReactNode;
  className?: string;
}

export function ChartPanel({ title, chart, columns, rows, note, className = "" }: Props): React.JSX.Element {
  const texts = useWords(boardWords);
  const [asTable, setAsTable] = useState(false);
  const group = useId();
  const aside = (
    <div className="row small">
      {note}
      <div role="group" id={group} aria-label={texts.shownAs(title)} className="row board-toggle no-print">
        <button type="button" className="button" aria-pressed={!asTable} onClick={() => setAsTable(false)}>
          {texts.chart}
        </button>
        <button type="button" className="button" aria-pressed={asTable} onClick={() => setAsTable(true)}>
          {texts.table}
        </button>
      </div>
    </div>
  );
  return (
    <Panel title={title} aside={aside} className={`board-panel ${className}`}>
      {asTable ? <Figures title={title} columns={columns} rows={rows} /> : chart}
    </Panel>
  );
}

export function Figures({ title, columns, rows }: Pick<Props, "title" | "columns" | "rows">): React.JSX.Element {
  const texts = useWords(boardWords);
  return (
    <div className="grow scroll" tabIndex={0} role="region" aria-label={title}>
      <table className="table">
        <caption className="only-read">{title}</caption>
        <thead>
          <tr>
            {columns.map(({ name, number }) => (
              <th key={name} scope="col" className={number === true ? "right" : ""}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) => (
            <tr key={n}>
              {row.map((cell, column) => (
                <td key={column} className={columns[column]?.number === true ? "right" : ""}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 ? <p className="soft">{texts.cold}</p> : null}
    </div>
  );
}
