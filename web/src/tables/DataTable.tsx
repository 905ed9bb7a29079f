/** A table of one page of rows: frozen number and action columns, chosen columns, states, paging, print and Excel. */

import { Table } from "antd";
import type { ColumnType } from "antd/es/table";
import { useState, type ReactNode } from "react";

import { useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { complain, saying } from "../kit/toast";
import { kitWords } from "../kit/words";
import { Antd } from "../theme/Antd";
import { Checks } from "./Checks";
import { chosen, readKept, writeKept } from "./columns";
import { download } from "./download";
import type { Listing } from "./listing";
import { PrintHead } from "./PrintHead";
import { queryText, type Value } from "./query";
import "./tables.css";
import { tableWords, type TableTexts } from "./words";

export interface Column<T> {
  key: string;
  title: string;
  render: (row: T) => ReactNode;
  width?: number;
  frozen?: "left" | "right";
  spare?: boolean;
  right?: boolean; // figures
  sort?: (one: T, other: T) => number; // of the rows that are shown
}

export interface Exported {
  table: string; // of /exports/{table}.xlsx
  query: object; // the very filters of the list
}

interface Props<T> {
  name: string; // under which this PC keeps the choice of columns
  label: string;
  columns: readonly Column<T>[];
  list: Listing<T>;
  idOf: (row: T) => string;
  exported?: Exported | undefined;
  tools?: ReactNode;
  chosenRow?: string | undefined;
  detail?: ((row: T) => ReactNode) | undefined;
  conditions?: readonly string[]; // the filters in words, for the printed head
  area?: string | undefined; // of the rows, for the printed head; the account's own if it is not said
}

export function DataTable<T extends object>(props: Props<T>): React.JSX.Element {
  const { name, label, columns, list, idOf, exported, tools, chosenRow, detail, conditions = [], area } = props;
  const texts = useWords(tableWords);
  const kit = useWords(kitWords);
  const kept = useKept(name, columns);
  const shown = columns.filter((column) => kept.shown.has(column.key));
  return (
    <div className="stack grow data-list">
      <div className="row wrap no-print">
        <Pager list={list} />
        <div className="grow" />
        {tools}
        <Chooser columns={columns} kept={kept} />
        {exported === undefined ? null : <Export {...exported} />}
        <Button onClick={() => window.print()}>{texts.print}</Button>
      </div>
      <PrintHead title={label} area={area} conditions={conditions} rows={printed(list, exported !== undefined, texts)} />
      {list.error === null ? null : <Failed error={list.error} again={list.again} />}
      <div className="grow scroll data-box" role="region" aria-label={label} tabIndex={0}>
        <Antd>
          <Table<T>
            aria-label={label}
            size="small"
            pagination={false}
            rowKey={idOf}
            dataSource={list.rows}
            columns={shown.map(drawn)}
            locale={{ emptyText: list.loading ? kit.loading : kit.nothing }}
            rowClassName={(row) => (idOf(row) === chosenRow ? "chosen-row" : "")}
            showSorterTooltip={false}
            {...(detail === undefined ? {} : { expandable: { expandedRowRender: detail, columnWidth: 32, columnTitle: <span className="only-read">{texts.details}</span> } })}
          />
        </Antd>
      </div>
    </div>
  );
}

/** Whether what is printed is all there is; what is more is in the file, or on the other pages. */
function printed<T>({ rows, last, number }: Listing<T>, file: boolean, texts: TableTexts): string {
  if (last && number === 1) return texts.printedAll(rows.length);
  return file ? texts.printedPart(rows.length) : texts.printedPartOnly(rows.length);
}

function drawn<T>(column: Column<T>): ColumnType<T> {
  const frozen = column.frozen === undefined ? "" : `frozen-${column.frozen}`;
  return {
    key: column.key,
    title: column.title,
    className: `${frozen} ${column.right ? "figures" : ""}`,
    render: (_value: unknown, row: T) => column.render(row),
    ...(column.width === undefined ? {} : { width: column.width }),
    ...(column.sort === undefined ? {} : { sorter: column.sort }),
  };
}

interface KeptColumns {
  shown: Set<string>;
  choose: (shown: Set<string> | null) => void;
}

function useKept<T>(name: string, columns: readonly Column<T>[]): KeptColumns {
  const key = `columns.${name}`;
  const [kept, setKept] = useState(() => readKept(localStorage.getItem(key)));
  return {
    shown: chosen(columns, kept),
    choose: (shown) => {
      if (shown === null) localStorage.removeItem(key);
      else localStorage.setItem(key, writeKept(shown));
      setKept(shown === null ? null : { shown: [...shown] });
    },
  };
}

function Chooser<T>({ columns, kept }: { columns: readonly Column<T>[]; kept: KeptColumns }): React.JSX.Element {
  const texts = useWords(tableWords);
  const kit = useWords(kitWords);
  const free = columns.filter((column) => column.frozen === undefined);
  return (
    <Checks
      label={texts.columnsOf}
      summary={kit.columns}
      options={free.map((column) => ({ value: column.key, text: column.title }))}
      chosen={kept.shown}
      onChange={kept.choose}
      foot={<Button onClick={() => kept.choose(null)}>{texts.reset}</Button>}
    />
  );
}

export function Export({ table, query }: Exported): React.JSX.Element {
  const texts = useWords(tableWords);
  const kit = useWords(kitWords);
  const [busy, setBusy] = useState(false);
  const run = (): void => {
    setBusy(true);
    const asked = queryText(query as Record<string, Value>);
    download(`/api/v1/exports/${table}.xlsx${asked && `?${asked}`}`, `${table}.xlsx`)
      .catch(complain)
      .finally(() => setBusy(false));
  };
  return (
    <Button onClick={run} disabled={busy}>
      {busy ? texts.exporting : kit.export}
    </Button>
  );
}

function Pager<T>({ list }: { list: Listing<T> }): React.JSX.Element {
  const texts = useWords(tableWords);
  const kit = useWords(kitWords);
  const whole = list.last && list.number === 1;
  return (
    <div className="row">
      {whole ? null : (
        <>
          <Button disabled={list.back === null} onClick={() => list.back?.()}>
            ← {texts.back}
          </Button>
          <span className="nowrap">{texts.page(list.number)}</span>
          <Button disabled={list.forward === null} onClick={() => list.forward?.()}>
            {texts.forward} →
          </Button>
        </>
      )}
      <span className="soft nowrap" role="status">
        {list.loading ? kit.loading : whole ? texts.total(list.rows.length) : texts.here(list.rows.length)}
      </span>
    </div>
  );
}

export function Failed({ error, again }: { error: unknown; again: () => void }): React.JSX.Element {
  const kit = useWords(kitWords);
  return (
    <p className="row panel failed" role="alert">
      ✖ {saying(error)}
      <Button onClick={again}>{kit.retry}</Button>
    </p>
  );
}
