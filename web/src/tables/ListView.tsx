/** The one pattern of all lists: filters bound to the route's query, the table, its Excel with the very same filters. */

import { useState, type ReactNode } from "react";

import { useAsking } from "./asking";
import { useConditions } from "./conditions";
import { DataTable, type Column } from "./DataTable";
import { Filters, type Filter } from "./Filters";
import { useListing, type Page, type Turn } from "./listing";

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
  const { asked, faults } = useAsking(filters, query);
  const conditions = useConditions(filters, asked);
  const list = useListing(name, asked, load);
  return (
    <div className="stack grow data-view">
      {filters.length === 0 ? null : <Filters filters={filters} query={query} faults={faults} onChange={setQuery} />}
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
        conditions={conditions}
        area={(asked as { area?: string }).area}
      />
    </div>
  );
}
