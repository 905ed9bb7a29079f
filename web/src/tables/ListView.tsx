/** The one pattern of all lists: filters bound to the route's query, the table, its Excel with the very same filters. */

import { useMemo, useState, type ReactNode } from "react";

import { DataTable, type Column } from "./DataTable";
import { Filters, type Filter } from "./Filters";
import { useListing, type Page, type Turn } from "./listing";
import { said } from "./query";

interface Props<T, Q extends object> {
  name: string;
  label: string;
  columns: readonly Column<T>[];
  load: (query: Q, turn: Turn) => Promise<Page<T>>;
  idOf: (row: T) => string;
  initial: Q;
  filters?: readonly Filter<Q>[];
  exported?: string;
  tools?: ReactNode;
  chosenRow?: string | undefined;
  detail?: (row: T) => ReactNode;
}

export function ListView<T extends object, Q extends object>(props: Props<T, Q>): React.JSX.Element {
  const { name, label, columns, load, idOf, initial, filters = [], exported, tools, chosenRow, detail } = props;
  const [query, setQuery] = useState(initial);
  const asked = useMemo(() => said(query), [query]);
  const list = useListing(name, asked, load);
  return (
    <div className="stack grow data-view">
      {filters.length === 0 ? null : <Filters filters={filters} query={query} onChange={setQuery} />}
      <DataTable
        name={name}
        label={label}
        columns={columns}
        list={list}
        idOf={idOf}
        exported={exported === undefined ? undefined : { table: exported, query: asked }}
        tools={tools}
        chosenRow={chosenRow}
        detail={detail}
      />
    </div>
  );
}
