/** Beside the call: open tickets of this customer and around the place, from the live board; what he called for before. */

import { label, useWords } from "../i18n";
import { CallOutcome, Cause, Stage, Symptom } from "../api/labels.gen";
import type { Schemas, Ticket } from "../api/client";
import { Tag } from "../kit/pieces";
import { day, hm, kilometres } from "../lib/format";
import type { Form } from "./form";
import { useHistory, type Open } from "./lookup";
import { seatWords } from "./words";

const SHOWN = 6;
const NEAR_KM = 0.5;

export function OwnTickets({ open }: { open: Open }): React.JSX.Element {
  const texts = useWords(seatWords);
  return (
    <section className="stack" aria-label={texts.own}>
      <h3>{texts.own}</h3>
      {open.own.length === 0 ? <p className="soft">{texts.ownNone}</p> : null}
      <ul className="tickets">
        {open.own.slice(0, SHOWN).map(({ ticket, sure }) => (
          <Line key={ticket.id} ticket={ticket}>
            {sure ? null : <Tag tone="warn">{texts.maybe}</Tag>}
            {ticket.contacts_n !== undefined && ticket.contacts_n > 1 ? <Tag tone="warn">{texts.contacts(ticket.contacts_n)}</Tag> : null}
            {ticket.repeat_of ? <Tag tone="warn">{texts.repeat}</Tag> : null}
          </Line>
        ))}
      </ul>
      <More n={open.own.length} />
    </section>
  );
}

export function NearTickets({ form, open }: { form: Form; open: Open }): React.JSX.Element {
  const texts = useWords(seatWords);
  const placed = form.place?.exact === true;
  return (
    <section className="stack" aria-label={texts.near(kilometres(NEAR_KM))}>
      <h3>
        {texts.near(kilometres(NEAR_KM))} {placed ? `(${open.near.length})` : ""}
      </h3>
      {open.near.length === 0 ? <p className="soft">{placed ? texts.nearNone : texts.nearUnknown}</p> : null}
      <ul className="tickets">
        {open.near.slice(0, SHOWN).map(({ ticket, km }) => (
          <Line key={ticket.id} ticket={ticket}>
            <span className="small">{kilometres(km)}</span>
          </Line>
        ))}
      </ul>
      <More n={open.near.length} />
    </section>
  );
}

const COUNTED = 100;

/** What the caller got in touch about before; his open tickets stand above it already. */
export function History({ form, open }: { form: Form; open: Open }): React.JSX.Element | null {
  const texts = useWords(seatWords);
  const found = useHistory(form);
  if (found === undefined) return null;
  const shown = new Set(open.own.map(({ ticket }) => ticket.id));
  const earlier = found.contacts.filter((contact) => contact.ticket_id === null || !shown.has(contact.ticket_id));
  return (
    <section className="stack" aria-label={texts.history(found.n, found.n >= COUNTED)}>
      <h3>{texts.history(found.n, found.n >= COUNTED)}</h3>
      {found.n === 0 ? <p className="soft">{texts.historyNone}</p> : null}
      <ul className="tickets">
        {earlier.slice(0, SHOWN).map((contact) => (
          <Earlier key={contact.call_id} contact={contact} />
        ))}
      </ul>
    </section>
  );
}

function Earlier({ contact }: { contact: Schemas["ContactShown"] }): React.JSX.Element {
  const texts = useWords(seatWords);
  const what = [contact.symptom && label(Symptom, contact.symptom), contact.cause && label(Cause, contact.cause)].filter(Boolean);
  return (
    <li className="ticket" data-call={contact.call_id}>
      <span className="row wrap">
        <b>{day(contact.at)}</b>
        <Tag>{contact.stage === null ? label(CallOutcome, contact.outcome) : label(Stage, contact.stage)}</Tag>
        <span className="small">{what.join(" · ")}</span>
        {contact.satisfied === false ? <Tag tone="warn">▲ {texts.unhappy}</Tag> : null}
      </span>
      <span className="small soft cut">{[contact.ticket_no?.slice(-6), contact.address].filter(Boolean).join(" · ")}</span>
    </li>
  );
}

function More({ n }: { n: number }): React.JSX.Element | null {
  const texts = useWords(seatWords);
  return n > SHOWN ? <p className="small soft">{texts.more(n - SHOWN)}</p> : null;
}

function Line({ ticket, children }: { ticket: Ticket; children: React.ReactNode }): React.JSX.Element {
  const texts = useWords(seatWords);
  const crew = ticket.dispatches?.findLast((one) => !one.ended_at)?.crew_name ?? texts.crewless;
  const etr = ticket.etr_at ? ` · ${texts.etr(hm(ticket.etr_at))}` : "";
  return (
    <li className="ticket">
      <span className="row wrap">
        <b>{ticket.ticket_no.slice(-6)}</b>
        <Tag>{label(Stage, ticket.stage)}</Tag>
        <span className="small">{label(Symptom, ticket.symptom)}</span>
        {children}
      </span>
      <span className="small soft cut">
        {hm(ticket.reported_at)} · {crew}
        {etr} · {ticket.address}
      </span>
    </li>
  );
}
