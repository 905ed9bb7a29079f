/** What is known of the ticket; the telephone number is masked until somebody asks for it, which the server keeps. */

import { useState } from "react";

import { AreaClass, Cause, Channel, Ownership, ReturnReason, SuspendReason } from "../api/labels.gen";
import { answered, api, type Ticket } from "../api/client";
import { may, useMe } from "../api/session";
import { label, useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { complain } from "../kit/toast";
import { full, hm, hms } from "../lib/format";
import { useAreas } from "./queries";
import { deskWords } from "./words";

export function Facts({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(deskWords).facts;
  const areas = useAreas();
  const crew = ticket.dispatches?.at(-1);
  const rows: readonly (readonly [string, string | null | undefined])[] = [
    [texts.address, ticket.address],
    [texts.place, ticket.place_said],
    [texts.customer, [ticket.customer_name, ticket.customer_type].filter(Boolean).join(" · ")],
    [texts.account, ticket.account_no],
    [texts.meter, ticket.meter_no],
    [texts.transformer, [ticket.transformer_area, label(AreaClass, ticket.area_class)].filter(Boolean).join(" · ")],
    [texts.feeder, ticket.feeder],
    [texts.said, ticket.symptom_text],
    [texts.diagnosis, ticket.diagnosis],
    [texts.reported, `${full(ticket.reported_at)} · ${label(Channel, ticket.channel)}`],
    [texts.appointment, ticket.appointment_at ? full(ticket.appointment_at) : null],
    [texts.crew, crew && !crew.ended_at ? `${crew.crew_name} · ${hm(crew.sent_at)}` : null],
    [texts.etr, ticket.etr_at ? hms(ticket.etr_at) : null],
    [texts.fault, ticket.fault_point],
    [texts.cause, ticket.cause_l1 ? label(Cause, ticket.cause_l1) : null],
    [texts.ownership, ticket.ownership ? label(Ownership, ticket.ownership) : null],
    [texts.handling, ticket.handling ?? ticket.field_record],
    [texts.suspend, ticket.flags?.suspended ? `${label(SuspendReason, ticket.suspend_reason)} · ${full(ticket.suspended_until)}` : null],
    [texts.returned, ticket.return_reason ? label(ReturnReason, ticket.return_reason) : null],
    [texts.county, areas.get(ticket.area)?.name ?? ticket.area],
    [texts.skill, ticket.skill],
    [texts.external, ticket.external_no],
  ];
  return (
    <div className="stack">
      <Phone key={ticket.id} ticket={ticket} />
      <dl className="facts small">
        {rows.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </div>
  );
}

function Phone({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(deskWords);
  const me = useMe();
  const [phones, setPhones] = useState<readonly string[] | null>(null);
  const show = (): void => {
    answered(api.GET("/api/v1/tickets/{ticket_id}/contact", { params: { path: { ticket_id: ticket.id } } }))
      .then((contact) => setPhones([...new Set(contact.calls.map((call) => call.phone))]))
      .catch(complain);
  };
  return (
    <div className="row wrap">
      <span className="soft">{texts.phone}</span>
      <strong>{phones?.join(" ") ?? (ticket.phone_masked || "—")}</strong>
      {!may(me, "ticket.contact") ? null : (
        <Button id="desk-contact" keyName="C" title={texts.logged} onClick={() => (phones === null ? show() : setPhones(null))}>
          {phones === null ? texts.show : texts.hide}
        </Button>
      )}
    </div>
  );
}
