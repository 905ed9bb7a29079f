/** The facts of a ticket, those that say something. */

import type { Ticket } from "../api/client";
import { useWords } from "../i18n";
import { full } from "../lib/format";
import { useAreas } from "../tables/areas";
import { tableWords } from "../tables/words";
import { useLog } from "./log";
import { saidOf } from "./told";
import { fieldName, ticketWords } from "./words";

const ABOUT: readonly (keyof Ticket)[] = [
  "external_no", "channel", "area_class", "address", "place_said", "place_doubt", "symptom", "symptom_text", "category", "cat_l2", "cat_l3", "level", "hazard",
  "protected", "customer_name", "customer_type", "account_no", "meter_no", "feeder", "transformer_area", "diagnosis", "customers_out", "appointment_at", "skill",
  "etr_at", "permit", "fault_point", "site_ownership", "ownership", "site_class", "cause_l1", "cause_l2", "result", "field_record", "handling", "trust",
  "contacts_n", "returned_n", "return_reason", "reject_reason", "reply_rejected_n", "callback_attempts", "satisfied", "cancel_reason", "excuse_reason",
  "suspend_reason", "suspended_until", "waiver", "repeat_of", "merged_into", "nested_in",
];
const TIMES: readonly (keyof Ticket)[] = [
  "reported_at", "submitted_at", "accepted_at", "dispatched_at", "crew_accepted_at", "departed_at", "arrived_at", "located_at", "repairing_at", "progress_at",
  "powered_at", "restored_at", "replied_at", "closed_at", "cancelled_at",
];

export function Facts({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const table = useWords(tableWords);
  const areas = useAreas();
  const { crew, ticket: number } = useLog(ticket.id);
  const speech = { yes: table.yes, no: table.no, area: areas.name, crew, ticket: number };
  const about = ABOUT.flatMap((field) => {
    const text = ticket[field] === 0 ? null : saidOf(field, ticket[field], speech);
    return text === null ? [] : [{ field, text }];
  });
  return (
    <>
      <dl className="facts">
        {about.map(({ field, text }) => (
          <Fact key={field} name={fieldName(texts.fields, field)} text={text} />
        ))}
      </dl>
      <h3>{texts.times}</h3>
      <dl className="facts">
        {TIMES.map((field) => (ticket[field] ? <Fact key={field} name={fieldName(texts.fields, field)} text={full(ticket[field] as string)} /> : null))}
      </dl>
    </>
  );
}

export function Fact({ name, text }: { name: string; text: string }): React.JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd className="pre">{text}</dd>
    </>
  );
}
