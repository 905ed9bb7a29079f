/** What a storm makes due: hourly figures for the city, and the reports on a disaster that somebody must send. */

import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { label, useWords } from "../i18n";
import { Button, Tag } from "../kit/pieces";
import { complain } from "../kit/toast";
import { full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page } from "../tables/listing";
import { tableWords } from "../tables/words";
import { who } from "../tickets/pieces";
import { supervisionWords } from "./words";

type Storm = Schemas["StormReportShown"];
type Report = Schemas["ReportShown"];
interface Query {
  area?: string;
  due?: boolean;
}

const HOURS = 100;

async function loadStorms(query: Query): Promise<Page<Storm>> {
  const { reports } = await answered(api.GET("/api/v1/storm-reports", { params: { query: { ...query, limit: HOURS } } }));
  return { rows: reports, next: null };
}

export function StormReports(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const areas = useAreas();
  const count = (key: keyof Storm["figures"]["total"], title: string): Column<Storm> => ({ key, title, right: true, render: (report) => report.figures.total[key] ?? "—" });
  const columns: Column<Storm>[] = [
    { key: "at", title: texts.atHour, frozen: "left", render: (report) => full(report.at) },
    { key: "area", title: texts.area, render: (report) => areas.name(report.area) },
    { key: "begun", title: texts.begun, render: (report) => <span className="nowrap">{full(report.begun_at)}</span> },
    count("reported", texts.reported),
    count("open", texts.open),
    count("working", texts.working),
    count("waiting", texts.waiting),
    count("restored", texts.restored),
    count("overdue", texts.overdue),
    count("crews", texts.crewsN),
    count("p90_min", texts.p90),
    { key: "told", title: texts.told, right: true, render: (report) => report.told },
  ];
  return (
    <ListView
      name="storm-reports"
      label={texts.tabs.storm}
      columns={columns}
      load={loadStorms}
      idOf={(report) => report.id}
      initial={{} as Query}
      filters={[{ name: "area", label: table.area, kind: "area", down: "city" }]}
      exported="storm-reports"
      detail={(report) => <p className="pre">{report.text}</p>}
    />
  );
}

async function load(query: Query): Promise<Page<Report>> {
  const { reports } = await answered(api.GET("/api/v1/disaster-reports", { params: { query: { due: false, ...query, limit: 500 } } }));
  return { rows: reports, next: null };
}

export function Disasters(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const areas = useAreas();
  const [open, setOpen] = useState<Report | null>(null);
  const show = (id: string): void => {
    answered(api.GET("/api/v1/disaster-reports/{report_id}", { params: { path: { report_id: id } } })).then(setOpen, complain);
  };
  const columns: Column<Report>[] = [
    { key: "area", title: texts.area, frozen: "left", render: (report) => areas.name(report.area) },
    { key: "cause", title: texts.cause, render: (report) => label(names.DisasterCause, report.cause) },
    { key: "kind", title: texts.reportKind, render: (report) => label(names.DisasterReportKind, report.kind) },
    { key: "begun", title: texts.begun, render: (report) => full(report.begun_at) },
    { key: "due", title: texts.dueAt, render: (report) => <span className="nowrap">{full(report.due_at)} {report.overdue_at && !report.sent_at ? <Tag tone="bad">{texts.overdueMark}</Tag> : null}</span> },
    { key: "sent", title: texts.sentAt, render: (report) => full(report.sent_at) },
    { key: "by", title: texts.sentBy, render: (report) => (report.sent_by ? who(report.sent_by) : "—") },
    { key: "act", title: table.actions, frozen: "right", render: (report) => <Button onClick={() => show(report.id)}>{texts.send}</Button> },
  ];
  return (
    <>
      <ListView
        name="disaster-reports"
        label={texts.tabs.disasters}
        columns={columns}
        load={load}
        idOf={(report) => report.id}
        initial={{ due: true } as Query}
        filters={[
          { name: "area", label: table.area, kind: "area" },
          { name: "due", label: texts.onlyDue, kind: "flag" },
        ]}
        exported="disaster-reports"
      />
      {open === null ? null : <Send report={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function Send({ report, onClose }: { report: Report; onClose: () => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const me = useMe();
  const done = useDone("disaster-reports");
  const sends = may(me, "disaster.send") && report.sent_at === null;
  return (
    <FormDialog
      title={`${label(names.DisasterReportKind, report.kind)} ${full(report.due_at)}`}
      fields={sends ? [{ name: "text", label: texts.reportText, kind: "text", required: true, most: 4000 }] : []}
      initial={{ text: report.text ?? "" }}
      confirm={sends ? texts.sendNow : texts.close}
      above={sends ? null : <p className="pre">{report.text}</p>}
      onClose={onClose}
      onSend={async ({ text }) => {
        if (!sends) return;
        await answered(api.POST("/api/v1/disaster-reports/{report_id}/send", { params: { path: { report_id: report.id } }, body: { text: String(text) } }));
        done(texts.sentDone);
      }}
    />
  );
}
