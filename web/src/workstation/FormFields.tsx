/** The inputs of the action forms: texts, words of the server, instants, crews, tickets, counties. */

import { Asking, Category, Cause, ExcuseReason, MeterCheck, NoteKind, Ownership, ReasonCode, ReturnReason, SuspendReason } from "../api/labels.gen";
import type { Ticket } from "../api/client";
import { useMe } from "../api/session";
import { label, useWords } from "../i18n";
import { Field, type FieldInput } from "../kit/pieces";
import { kilometres, minutes } from "../lib/format";
import { useStore } from "../lib/store";
import { actionWords } from "./actionWords";
import { order } from "./engine";
import type { FormField, Lack, Words } from "./forms";
import { useAreas, useCrews, useOffers, useProposals } from "./queries";
import { deskWords } from "./words";

interface Chosen extends FieldInput {
  autoFocus?: boolean;
  value: string;
  onChange: (value: string) => void;
}

type OfTicket = Chosen & { ticket: Ticket };

/** The signs that a text may have; what is chosen has no such end. */
function mostOf({ kind, max }: FormField): number | undefined {
  return kind === "long" ? (max ?? 500) : kind === "line" ? (max ?? 60) : undefined;
}

/** One field of a form with its label and what is wrong with it. */
export function FormInput({ field, ticket, wrong, value, onChange, first }: { field: FormField; ticket: Ticket; wrong: string | null; value: string; onChange: (value: string) => void; first: boolean }): React.JSX.Element {
  const texts = useWords(actionWords);
  const name = texts.fields[field.name as keyof typeof texts.fields] ?? field.name;
  return (
    <Field label={`${name}${field.must ? " *" : ""}`} wrong={wrong} text={value} most={mostOf(field)}>
      {(props) => <Input {...props} field={field} ticket={ticket} value={value} onChange={onChange} first={first} />}
    </Field>
  );
}

function Input({ field, first, ...props }: OfTicket & { field: FormField; first: boolean }): React.JSX.Element {
  const { ticket: _ticket, onChange, ...plain } = props;
  const changed = (event: { target: { value: string } }): void => onChange(event.target.value);
  switch (field.kind) {
    case "crew":
      return <CrewChoice {...props} autoFocus={first} />;
    case "ticket":
      return <TicketChoice {...props} autoFocus={first} />;
    case "county":
      return <CountyChoice {...props} autoFocus={first} />;
    case "choice":
      return <WordChoice {...props} autoFocus={first} words={field.words ?? "Category"} />;
    case "long":
      return <textarea {...plain} autoFocus={first} rows={3} onChange={changed} />;
    default:
      return <input {...plain} autoFocus={first} type={field.kind === "instant" ? "datetime-local" : "text"} onChange={changed} />;
  }
}

function useNames(words: Words): Readonly<Record<string, string>> {
  const texts = useWords(actionWords);
  if (words === "PhoneStep") return texts.phoneSteps;
  if (words === "YesNo") return texts.yesNo;
  const tables = { ReturnReason, SuspendReason, ExcuseReason, NoteKind, MeterCheck, Category, Cause, Ownership, Asking };
  return Object.fromEntries(Object.keys(tables[words]).map((value) => [value, label(tables[words], value)]));
}

function Choices({ names, onChange, ...plain }: Chosen & { names: readonly (readonly [string, string])[] }): React.JSX.Element {
  const texts = useWords(actionWords);
  return (
    <select {...plain} onChange={(event) => onChange(event.target.value)}>
      <option value="">{texts.choose}</option>
      {names.map(([value, name]) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </select>
  );
}

function WordChoice({ words, ticket: _ticket, ...props }: OfTicket & { words: Words }): React.JSX.Element {
  return <Choices {...props} names={Object.entries(useNames(words))} />;
}

/** The candidates with their number first, then the other crews of the county. */
export function CrewChoice({ ticket, ...props }: OfTicket): React.JSX.Element {
  const texts = useWords(deskWords);
  const { data: offers } = useOffers(ticket);
  const { data: crews } = useCrews(useMe().account.area);
  const ranked = offers?.offers ?? [];
  const known = new Set(ranked.map((offer) => offer.crew_id));
  const names = ranked.map((offer, n): readonly [string, string] => {
    const far = offer.distance_m === null ? "" : ` · ${kilometres(offer.distance_m / 1000)}`;
    const soon = offer.eta_s === null ? "" : ` · ${texts.minutes(minutes(offer.eta_s))}`;
    return [offer.crew_id, `${n + 1} ${offer.crew_name}${far}${soon}${offer.asks.length > 0 ? ` · ▲ ${texts.asks}` : ""}`];
  });
  const passed = (offers?.passed_over ?? []).filter((offer) => !known.has(offer.crew_id));
  for (const offer of passed) known.add(offer.crew_id);
  const over = passed.map((offer): readonly [string, string] => [offer.crew_id, `${offer.crew_name} · ✖ ${label(ReasonCode, offer.reason)}`]);
  const others = (crews ?? []).filter((crew) => !known.has(crew.id)).map((crew): readonly [string, string] => [crew.id, crew.name]);
  return <Choices {...props} names={[...names, ...over, ...others]} />;
}

function TicketChoice({ ticket, ...props }: OfTicket): React.JSX.Element {
  const texts = useWords(actionWords);
  const { data } = useProposals(ticket);
  const tickets = useStore(order);
  const proposed = new Set((data?.proposals ?? []).filter((each) => each.ticket_id === ticket.id).map((each) => each.into));
  const others = tickets.filter((other) => other.id !== ticket.id && other.area === ticket.area && !other.merged_into && !other.restored_at);
  const names = others
    .toSorted((one, other) => Number(proposed.has(other.id)) - Number(proposed.has(one.id)))
    .map((other): readonly [string, string] => [other.id, `${proposed.has(other.id) ? `${texts.proposed} · ` : ""}${other.ticket_no} ${other.address}`]);
  return <Choices {...props} names={names} />;
}

function CountyChoice({ ticket, ...props }: OfTicket): React.JSX.Element {
  const areas = useAreas();
  const counties = [...areas.values()].filter((area) => area.level === "county" && area.code !== ticket.area);
  return <Choices {...props} names={counties.map((area): readonly [string, string] => [area.code, area.name])} />;
}

/** What a lack is called under its field. */
export function useLack(): (field: FormField, lack: Lack | undefined) => string | null {
  const texts = useWords(actionWords);
  return (field, lack) => (lack === undefined ? null : lack === "missing" ? texts.missing : texts.short(field.min ?? 0));
}
