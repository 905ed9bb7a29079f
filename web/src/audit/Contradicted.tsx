/** 待裁定汇报: reports from the field that contradict what is known; a person decides which of them count. */

import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { label, useWords } from "../i18n";
import { Button, Tag } from "../kit/pieces";
import { full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page, Turn } from "../tables/listing";
import { optionsOf } from "../tables/options";
import { tableWords } from "../tables/words";
import { TicketLink, who } from "../tickets/pieces";
import { Decide } from "./Decide";
import { SaidIn, type Report } from "./Said";
import { auditWords, stepName } from "./words";

interface Query {
  area?: string;
  outcome?: Schemas["Outcome"];
}

async function load(query: Query, turn: Turn): Promise<Page<Report>> {
  const { reports, next } = await answered(api.GET("/api/v1/field-reports", { params: { query: { ...query, ...turn } } }));
  return { rows: reports, next };
}

export function Contradicted(): React.JSX.Element {
  const texts = useWords(auditWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const [deciding, setDeciding] = useState<Report | null>(null);
  const columns: Column<Report>[] = [
    { key: "ticket", title: texts.ticket, frozen: "left", render: (report) => (report.ticket_id ? <TicketLink id={report.ticket_id} no={report.ticket_no ?? "—"} /> : "—") },
    { key: "area", title: texts.area, render: (report) => areas.name(report.area) },
    { key: "crew", title: texts.crew, render: (report) => report.crew_name ?? report.crew_id },
    { key: "kind", title: texts.kind, render: (report) => stepName(texts.steps, report.kind) },
    { key: "outcome", title: texts.outcome, render: (report) => <Tag tone={report.outcome === "contradiction" ? "bad" : "plain"}>{label(names.Outcome, report.outcome)}</Tag> },
    { key: "reason", title: texts.reason, render: (report) => report.reason },
    { key: "said", title: texts.said, render: (report) => <SaidIn said={report.said} /> },
    { key: "at", title: texts.at, render: (report) => <span className="nowrap">{full(report.at_claimed)}</span> },
    { key: "server", title: texts.server, render: (report) => <span className="nowrap">{full(report.at_server)}</span> },
    { key: "source", title: texts.source, spare: true, render: (report) => label(names.Source, report.source) },
    { key: "decided", title: texts.decided, render: (report) => (report.decided_at ? `${who(report.decided_by ?? "")} ${full(report.decided_at)} ${report.decision ?? ""}` : "—") },
    { key: "act", title: table.actions, frozen: "right", render: (report) => (report.outcome === "contradiction" && report.decided_at === null && may(me, "field.decide") ? <Button onClick={() => setDeciding(report)}>{texts.decide}</Button> : null) },
  ];
  return (
    <>
      <ListView
        name="field-reports"
        label={texts.tabs.reports}
        columns={columns}
        load={load}
        idOf={(report) => report.id}
        initial={{ outcome: "contradiction" } as Query}
        filters={[
          { name: "area", label: table.area, kind: "area" },
          { name: "outcome", label: texts.outcome, kind: "one", options: optionsOf(names.Outcome) },
        ]}
        exported="field-reports"
      />
      {deciding === null ? null : <Decide report={deciding} onClose={() => setDeciding(null)} />}
    </>
  );
}
