/** What the crew reported of a ticket: claimed and received times, position and its distance, what was said. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { label, useWords } from "../i18n";
import { Button, Tag } from "../kit/pieces";
import { hms } from "../lib/format";
import { Decide } from "./Decide";
import { metres, told, type Spot } from "./earth";
import { SaidIn, type Report } from "./Said";
import { auditWords, stepName } from "./words";

const TONES = { accepted: "ok", duplicate: "plain", held: "note", contradiction: "bad", refused: "warn" } as const;

export function Reports({ id, place }: { id: string; place: Spot | null }): React.JSX.Element {
  const texts = useWords(auditWords);
  const me = useMe();
  const [deciding, setDeciding] = useState<Report | null>(null);
  const { data } = useQuery({
    queryKey: ["ticket", id, "reports"],
    queryFn: () => answered(api.GET("/api/v1/field-reports", { params: { query: { ticket_id: id, limit: 200 } } })),
  });
  const reports = data?.reports ?? [];
  if (reports.length === 0) return <p className="soft">{texts.noReports}</p>;
  return (
    <>
      <ol className="stack">
        {reports.map((report) => (
          <li key={report.id} className="stack report">
            <Shown report={report} place={place} />
            {report.outcome === "contradiction" && report.decided_at === null && may(me, "field.decide") ? <Button onClick={() => setDeciding(report)}>{texts.decide}</Button> : null}
          </li>
        ))}
      </ol>
      {deciding === null ? null : <Decide report={deciding} onClose={() => setDeciding(null)} />}
    </>
  );
}

function Shown({ report, place }: { report: Report; place: Spot | null }): React.JSX.Element {
  const texts = useWords(auditWords);
  return (
    <>
      <span className="row wrap">
        <strong>{stepName(texts.steps, report.kind)}</strong>
        <Tag tone={TONES[report.outcome]}>{label(names.Outcome, report.outcome)}</Tag>
        <span className="soft small">
          {label(names.Source, report.source)} · {report.crew_name ?? report.crew_id}
        </span>
      </span>
      <span className="small">
        {texts.clock(hms(report.at_claimed), hms(report.at_server))}
        {report.position && place ? ` · ${texts.away(told(metres(report.position, place)))}` : ""}
      </span>
      <SaidIn said={report.said} />
      {report.reason ? <span className="small soft">{report.reason}</span> : null}
      {report.decision ? (
        <span className="small">
          {texts.decided}:{report.decision}
        </span>
      ) : null}
    </>
  );
}
