/** 申报进度: how far each depot is with a week; who has still to declare comes first. */

import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import { useMe } from "../api/session";
import { dayAt, mondayOf, plusDays } from "../forms/times";
import { useWords } from "../i18n";
import { Tag } from "../kit/pieces";
import { now } from "../lib/clock";
import { full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page } from "../tables/listing";
import { tableWords } from "../tables/words";
import { WeekPick } from "./days";
import { depotWords } from "./words";

type Standing = Schemas["StandingShown"];
interface Query {
  area: string;
  week: string;
}

async function load(query: Query): Promise<Page<Standing>> {
  const { depots } = await answered(api.GET("/api/v1/capacity/undeclared", { params: { query } }));
  return { rows: depots, next: null };
}

export function Standings(): React.JSX.Element {
  const texts = useWords(depotWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const [monday, setMonday] = useState(() => plusDays(mondayOf(dayAt(now())), 7));
  const columns: Column<Standing>[] = [
    { key: "name", title: texts.depot, frozen: "left", render: (standing) => standing.name },
    { key: "county", title: texts.county, render: (standing) => areas.name(standing.county) },
    { key: "open", title: texts.state, render: (standing) => <Tag tone={standing.open ? "warn" : "ok"}>{standing.open ? `▲ ${texts.open}` : `✓ ${texts.complete}`}</Tag> },
    { key: "declared", title: texts.declared, right: true, render: (standing) => standing.declared },
    { key: "inherited", title: texts.inheritedN, right: true, render: (standing) => standing.inherited },
    { key: "missing", title: texts.missingN, right: true, render: (standing) => standing.missing },
    { key: "reminded", title: texts.reminded, render: (standing) => full(standing.reminded_at) },
  ];
  return (
    <>
      <div className="filters row wrap no-print">
        <WeekPick monday={monday} onChange={setMonday} />
      </div>
      <ListView key={monday} name="standings" label={texts.tabs.standing} columns={columns} load={load} idOf={(standing) => standing.depot} initial={{ area: me.account.area, week: monday } as Query} filters={[{ name: "area", label: table.area, kind: "area", down: "depot", required: true }]} exported="undeclared" />
    </>
  );
}
