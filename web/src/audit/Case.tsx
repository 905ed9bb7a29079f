/** One reply side by side with its evidence: the form, the crew's reports, and log, photos and checks. */

import { useState } from "react";

import { lay } from "../api/board";
import { answered, api, type Schemas, type Ticket } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { once, useAct, useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { label, useWords } from "../i18n";
import { Button, Panel, Tag } from "../kit/pieces";
import { kitWords } from "../kit/words";
import { full, percent } from "../lib/format";
import { useAreas } from "../tables/areas";
import { tableWords } from "../tables/words";
import { Fact } from "../tickets/Facts";
import { Photos } from "../tickets/Photos";
import { TicketLink, who } from "../tickets/pieces";
import { useWholeTicket } from "../tickets/TicketPage";
import { Timeline } from "../tickets/Timeline";
import { saidOf } from "../tickets/told";
import { fieldName, ticketWords } from "../tickets/words";
import type { Audit } from "./Audits";
import { Reports } from "./Reports";
import { auditWords } from "./words";

const FORM: readonly (keyof Ticket)[] = [
  "symptom", "symptom_text", "address", "handling", "category", "cat_l2", "cat_l3", "cause_l1", "cause_l2", "ownership", "site_ownership", "fault_point", "result", "field_record",
  "reported_at", "arrived_at", "restored_at", "replied_at", "customers_out",
];

export function Case({ audit }: { audit: Audit }): React.JSX.Element {
  const texts = useWords(auditWords);
  const kit = useWords(kitWords);
  const me = useMe();
  const { ticket } = useWholeTicket(audit.ticket_id);
  return (
    <div className="stack case">
      <div className="row wrap">
        <h2>
          <TicketLink id={audit.ticket_id} no={audit.ticket_no} />
        </h2>
        <span>{texts.replied(who(audit.replied_by), full(audit.replied_at))}</span>
        {audit.trust === null ? null : <Tag tone={audit.doubtful ? "bad" : "ok"}>{texts.trust(percent(audit.trust, 0))}</Tag>}
        <div className="grow" />
        <Acts audit={audit} />
      </div>
      <div className="sides grow">
        <Panel title={texts.reply}>
          <Defects defects={audit.defects} />
          {ticket === undefined ? <p role="status">{kit.loading}</p> : <Form ticket={ticket} />}
        </Panel>
        <Panel title={texts.reports}>{may(me, "field.read") ? <Reports id={audit.ticket_id} place={spot(ticket)} /> : null}</Panel>
        <div className="stack scroll" tabIndex={0} role="group" aria-label={texts.evidence}>
          <Panel title={texts.findings}>
            <Findings findings={audit.findings} />
          </Panel>
          {may(me, "photo.read") ? <Photos id={audit.ticket_id} /> : null}
          <Panel title={texts.evidence}>
            <Timeline id={audit.ticket_id} />
          </Panel>
        </div>
      </div>
    </div>
  );
}

function spot(ticket: Ticket | undefined): { lon: number; lat: number } | null {
  return ticket?.lon == null || ticket.lat == null ? null : { lon: ticket.lon, lat: ticket.lat };
}

function Form({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const table = useWords(tableWords);
  const areas = useAreas();
  return (
    <dl className="facts">
      {FORM.map((field) => {
        const text = saidOf(field, ticket[field], { yes: table.yes, no: table.no, area: areas.name });
        return text === null ? null : <Fact key={field} name={fieldName(texts.fields, field)} text={text} />;
      })}
    </dl>
  );
}

function Defects({ defects }: { defects: readonly Schemas["DefectShown"][] }): React.JSX.Element {
  const texts = useWords(auditWords);
  if (defects.length === 0) return <p className="soft">✓ {texts.noDefects}</p>;
  return (
    <ul className="stack">
      {defects.map((defect) => (
        <li key={`${defect.field}-${defect.message}`}>
          <Tag tone={defect.severity === "low" ? "plain" : defect.severity === "high" ? "bad" : "warn"}>
            {defect.severity === "low" ? "" : "▲ "}
            {label(names.Severity, defect.severity)}
          </Tag>{" "}
          {defect.message}
          <span className="soft small">
            {" "}
            {texts.remedy}:{defect.remedy}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Findings({ findings }: { findings: readonly Schemas["Finding"][] }): React.JSX.Element {
  const texts = useWords(ticketWords);
  return (
    <ul className="stack">
      {findings.map((finding) => (
        <li key={finding.check} className="row wrap">
          <Tag tone={finding.passed === true ? "ok" : finding.passed === false ? "bad" : "plain"}>
            {finding.passed === true ? `✓ ${texts.passed}` : finding.passed === false ? `✖ ${texts.failed}` : `? ${texts.unknown}`}
          </Tag>
          <span>{label(names.Check, finding.check)}</span>
          <span className="soft small">{finding.detail}</span>
        </li>
      ))}
    </ul>
  );
}

function Acts({ audit }: { audit: Audit }): React.JSX.Element {
  const texts = useWords(auditWords);
  const me = useMe();
  const { busy, run } = useAct("reply-audits", "ticket");
  const [rejecting, setRejecting] = useState(false);
  const pass = (): void => {
    const body = { version: audit.version };
    void run((key) => answered(api.POST("/api/v1/tickets/{ticket_id}/queue-callback", { params: { path: { ticket_id: audit.ticket_id }, header: once(key) }, body })), texts.passed).then((ticket) => ticket && lay(ticket));
  };
  return (
    <>
      {may(me, "ticket.queue-callback") ? <Button tone="main" disabled={busy} onClick={pass}>{texts.pass}</Button> : null}
      {may(me, "ticket.reject-reply") ? <Button tone="risky" onClick={() => setRejecting(true)}>{texts.reject}</Button> : null}
      {rejecting ? <Reject audit={audit} onClose={() => setRejecting(false)} /> : null}
    </>
  );
}

function Reject({ audit, onClose }: { audit: Audit; onClose: () => void }): React.JSX.Element {
  const texts = useWords(auditWords);
  const done = useDone("reply-audits", "ticket");
  const known = [...new Set(audit.defects.map((defect) => defect.message))];
  return (
    <FormDialog
      title={`${texts.rejectTitle} ${audit.ticket_no}`}
      fields={[
        ...(known.length === 0 ? [] : [{ name: "known", label: texts.rejectWhich, kind: "many" as const, options: known.map((value) => ({ value, text: value })) }]),
        { name: "other", label: texts.rejectOther, kind: "text", required: known.length === 0, most: 200 },
      ]}
      initial={{ known }}
      risky
      confirm={texts.reject}
      onClose={onClose}
      onSend={async (values, key) => {
        const other = String(values.other ?? "").trim();
        const defects = [...((values.known as readonly string[] | undefined) ?? []), ...(other === "" ? [] : [other])];
        if (defects.length === 0) throw new Error(texts.rejectNone);
        const body = { version: audit.version, defects };
        lay(await answered(api.POST("/api/v1/tickets/{ticket_id}/reject-reply", { params: { path: { ticket_id: audit.ticket_id }, header: once(key) }, body })));
        done(texts.rejected);
      }}
    />
  );
}
