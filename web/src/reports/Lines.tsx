/** 台账明细: each dispatch beside what the old-district rule would have done. */

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { useMe } from "../api/session";
import { label, useWords } from "../i18n";
import { span, full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page, Turn } from "../tables/listing";
import { tableWords } from "../tables/words";
import { TicketLink } from "../tickets/pieces";
import { inKm, inMinutes } from "./figures";
import { reportWords } from "./words";

type Line = Schemas["LineShown"];
interface Query {
  area?: string;
  from?: string;
  to?: string;
  across?: boolean;
}

async function load(query: Query, turn: Turn): Promise<Page<Line>> {
  const { lines, next } = await answered(api.GET("/api/v1/ledger/lines", { params: { query: { ...query, ...turn } } }));
  return { rows: lines, next };
}

export function Lines(): React.JSX.Element {
  const texts = useWords(reportWords);
  const me = useMe();
  return (
    <ListView
      name="ledger-lines"
      label={texts.tabs.lines}
      columns={useColumns()}
      load={load}
      idOf={(line) => `${line.ticket_id}.${line.no}`}
      initial={{ area: me.account.area, across: true } as Query}
      filters={[
        { name: "area", label: texts.area, kind: "area", required: true },
        { name: "from", label: texts.from, kind: "instant" },
        { name: "to", label: texts.to, kind: "instant" },
        { name: "across", label: texts.across, kind: "flag" },
      ]}
      exported="ledger-lines"
    />
  );
}

function useColumns(): Column<Line>[] {
  const texts = useWords(reportWords);
  const table = useWords(tableWords);
  const areas = useAreas();
  return [
    { key: "ticket", title: texts.ticket, frozen: "left", render: (line) => <TicketLink id={line.ticket_id} no={line.ticket_no ?? "—"} /> },
    { key: "at", title: texts.at, render: (line) => <span className="nowrap">{full(line.at)}</span> },
    { key: "borrower", title: texts.borrower, render: (line) => areas.name(line.borrower) },
    { key: "lender", title: texts.lender, render: (line) => areas.name(line.lender) },
    { key: "crew", title: texts.crew, render: (line) => line.crew_name ?? line.crew_id },
    { key: "eta", title: texts.eta, right: true, render: (line) => span(line.eta_s) },
    { key: "distance", title: texts.distance, right: true, render: (line) => inKm(line.distance_m) },
    { key: "own", title: texts.ownCrew, render: (line) => line.own_crew_name ?? line.own_crew_id ?? "—" },
    { key: "ownEta", title: texts.ownEta, right: true, render: (line) => (line.own_eta_s === null ? "—" : span(line.own_eta_s)) },
    { key: "waits", title: texts.ownWaits, spare: true, render: (line) => (line.own_waits ? table.yes : table.no) },
    { key: "saved", title: texts.saved, right: true, render: (line) => inMinutes(line.saved_s), sort: (one, other) => (one.saved_s ?? 0) - (other.saved_s ?? 0) },
    { key: "savedKm", title: texts.savedKm, right: true, render: (line) => inKm(line.saved_m) },
    { key: "why", title: texts.why, render: (line) => label(names.ReasonCode, line.reason) },
    { key: "lentBy", title: texts.lentBy, render: (line) => (line.lent_by === null ? "—" : ((texts.lentWays as Readonly<Record<string, string>>)[line.lent_by] ?? line.lent_by)) },
    { key: "basis", title: texts.basis, spare: true, render: (line) => label(names.Basis, line.basis) },
  ];
}
