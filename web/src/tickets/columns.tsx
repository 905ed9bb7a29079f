/** The columns of a list of tickets. */

import type { Ticket } from "../api/client";
import * as names from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { Clock } from "../kit/Clock";
import { full, hm } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { tableWords } from "../tables/words";
import { running } from "./clocks";
import { FlagTags, StageTag, TicketLink } from "./pieces";
import { ticketWords } from "./words";

function NextClock({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const next = running(ticket)[0];
  if (next === undefined) return <>—</>;
  return (
    <span className="nowrap">
      {label(names.Limit, next.limit)} <Clock due={next.due} begun={next.begun} label={label(names.Limit, next.limit)} />
    </span>
  );
}

export function useTicketColumns(): Column<Ticket>[] {
  const texts = useWords(ticketWords);
  const table = useWords(tableWords);
  const areas = useAreas();
  const f = texts.fields;
  const text = (key: keyof typeof f & keyof Ticket, spare = true): Column<Ticket> => ({ key, title: f[key], spare, render: (ticket) => String(ticket[key] ?? "—") });
  const time = (key: keyof typeof f & keyof Ticket, spare = true): Column<Ticket> => ({ key, title: f[key], spare, render: (ticket) => <span className="nowrap">{hm(ticket[key] as string | null)}</span> });
  return [
    { key: "ticket_no", title: f.ticket_no, frozen: "left", render: (ticket) => <TicketLink id={ticket.id} no={ticket.ticket_no} /> },
    { key: "stage", title: f.stage, render: (ticket) => <StageTag stage={ticket.stage} /> },
    { key: "clock", title: texts.clock, render: (ticket) => <NextClock ticket={ticket} /> },
    { key: "area", title: f.area, render: (ticket) => <span className="nowrap">{areas.name(ticket.area)}</span> },
    { key: "reported_at", title: f.reported_at, render: (ticket) => <span className="nowrap">{full(ticket.reported_at)}</span>, sort: (one, other) => one.reported_at.localeCompare(other.reported_at) },
    { key: "symptom", title: f.symptom, render: (ticket) => label(names.Symptom, ticket.symptom) },
    { key: "category", title: f.category, render: (ticket) => label(names.Category, ticket.category) },
    { key: "level", title: f.level, spare: true, render: (ticket) => label(names.Level, ticket.level) },
    { key: "area_class", title: f.area_class, render: (ticket) => label(names.AreaClass, ticket.area_class) },
    { key: "address", title: f.address, render: (ticket) => ticket.address ?? "—" },
    { key: "crew", title: f.crew_name, render: (ticket) => <span className="nowrap">{ticket.dispatches?.at(-1)?.crew_name ?? "—"}</span> },
    time("arrived_at", false),
    time("restored_at", false),
    { key: "flags", title: texts.flags, render: (ticket) => <FlagTags ticket={ticket} /> },
    text("customers_out"),
    text("external_no"),
    text("account_no"),
    text("feeder"),
    text("transformer_area"),
    { key: "phone", title: f.phone, spare: true, render: (ticket) => ticket.phone_masked ?? "—" },
    time("accepted_at"),
    time("dispatched_at"),
    time("replied_at"),
    time("closed_at"),
    { key: "act", title: table.actions, frozen: "right", render: (ticket) => <a className="button" href={`#/tickets/${ticket.id}`}>{table.details}</a> },
  ];
}
