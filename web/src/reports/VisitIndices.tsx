/** 预约指标: the indices of booked work of an area, and of each of its counties. */

import { answered, api, type Schemas } from "../api/client";
import { useMe } from "../api/session";
import { dayAt } from "../forms/times";
import { label, useWords } from "../i18n";
import { now } from "../lib/clock";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page } from "../tables/listing";
import { figure } from "./figures";
import { reportWords } from "./words";

type Row = Schemas["VisitFigureShown"] & { area: string; whole: boolean };
interface Query {
  area: string;
  from: string;
  to: string;
}

async function load(query: Query): Promise<Page<Row>> {
  const found = await answered(api.GET("/api/v1/capacity/indices", { params: { query } }));
  const whole = found.figures.map((each) => ({ ...each, area: found.area, whole: true }));
  const counties = found.counties.flatMap(({ area, figures }) => figures.map((each) => ({ ...each, area, whole: false })));
  return { rows: [...whole, ...counties], next: null };
}

export function VisitIndices(): React.JSX.Element {
  const texts = useWords(reportWords);
  const me = useMe();
  const areas = useAreas();
  const columns: Column<Row>[] = [
    { key: "area", title: texts.area, frozen: "left", render: (row) => (row.whole ? `${areas.name(row.area)} ${texts.whole}` : areas.name(row.area)) },
    { key: "name", title: texts.name, render: (row) => label({ [row.index]: row.name }, row.index) },
    { key: "value", title: texts.value, right: true, render: (row) => <strong>{figure(row.value, row.denominator === null ? "count" : "share")}</strong> },
    { key: "how", title: texts.formula, render: (row) => (row.denominator === null ? String(row.numerator) : texts.over(String(row.numerator), String(row.denominator), figure(row.value, "share"))) },
    { key: "population", title: texts.population, render: (row) => row.population },
    { key: "source", title: texts.source, render: (row) => row.source },
  ];
  return (
    <ListView
      name="visit-indices"
      label={texts.tabs.visits}
      columns={columns}
      load={load}
      idOf={(row) => `${row.area} ${row.whole} ${row.index}`}
      initial={{ area: me.account.area, from: dayAt(now(), -6), to: dayAt(now()) } as Query}
      filters={[
        { name: "area", label: texts.area, kind: "area", required: true },
        { name: "from", label: texts.fromDay, kind: "day" },
        { name: "to", label: texts.toDay, kind: "day" },
      ]}
      exported="visit-indices"
    />
  );
}
