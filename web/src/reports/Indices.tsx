/** 抢修指标: each index with numerator, denominator, population and starting point, so that it can be computed again. */

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { useMe } from "../api/session";
import { beginOf, dayAt } from "../forms/times";
import { label, useWords } from "../i18n";
import { now } from "../lib/clock";
import type { Column } from "../tables/DataTable";
import { ListView } from "../tables/ListView";
import type { Page } from "../tables/listing";
import { figure } from "./figures";
import { reportWords } from "./words";

type Figure = Schemas["FigureShown"];
interface Query {
  area: string;
  from: string;
  to: string;
}

async function load(query: Query): Promise<Page<Figure>> {
  const { figures } = await answered(api.GET("/api/v1/indices", { params: { query } }));
  return { rows: figures, next: null };
}

export function Indices(): React.JSX.Element {
  const texts = useWords(reportWords);
  const me = useMe();
  const how = (row: Figure): string => (row.numerator === null || row.denominator === null ? "—" : texts.over(figure(row.numerator, "count"), figure(row.denominator, "count"), figure(row.value, row.unit)));
  const columns: Column<Figure>[] = [
    { key: "name", title: texts.name, frozen: "left", render: (row) => label({ [row.index]: row.name }, row.index) },
    { key: "value", title: texts.value, right: true, render: (row) => <strong className="nowrap">{figure(row.value, row.unit)}{row.value === null || row.unit === "share" || row.unit === "percent" ? "" : ` ${label(names.Unit, row.unit)}`}</strong> },
    { key: "how", title: texts.formula, render: (row) => <span className="nowrap">{how(row)}</span> },
    { key: "p50", title: texts.p50, right: true, render: (row) => figure(row.p50, row.unit) },
    { key: "p90", title: texts.p90, right: true, render: (row) => figure(row.p90, row.unit) },
    { key: "population", title: texts.population, render: (row) => row.population },
    { key: "start", title: texts.start, render: (row) => row.start || "—" },
    { key: "parts", title: texts.parts, render: (row) => Object.entries(row.parts).map(([name, value]) => `${partName(name)} ${figure(value, row.unit)}`).join(" · ") || "—" },
    { key: "reason", title: texts.reason, render: (row) => row.reason || "—" },
  ];
  return (
    <ListView
      name="indices"
      label={texts.tabs.indices}
      columns={columns}
      load={load}
      idOf={(row) => row.index}
      initial={{ area: me.account.area, from: beginOf(dayAt(now())), to: beginOf(dayAt(now(), 1)) } as Query}
      filters={[
        { name: "area", label: texts.area, kind: "area", required: true },
        { name: "from", label: texts.from, kind: "instant" },
        { name: "to", label: texts.to, kind: "instant" },
      ]}
      exported="indices"
    />
  );
}

/** Parts are named by the server's words: classes of area, categories, chases. */
function partName(name: string): string {
  return label({ ...names.AreaClass, ...names.Category, ...names.ChaseTarget }, name);
}
