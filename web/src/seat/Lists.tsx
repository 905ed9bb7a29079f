/** Open tickets beside the call: of this customer, and around the place, from the live board. */

import { label, useWords } from "../i18n";
import { Stage, Symptom } from "../api/labels.gen";
import type { Ticket } from "../api/client";
import { Tag } from "../kit/pieces";
import { hm, kilometres } from "../lib/format";
import type { Form } from "./form";
import type { Open } from "./lookup";
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
