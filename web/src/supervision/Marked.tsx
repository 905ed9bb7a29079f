/** Open tickets that were chased, escalated or suspended: live from the board, with what supervisors may do about them. */

import { useState } from "react";

import type { Schemas, Ticket } from "../api/client";
import * as names from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { full } from "../lib/format";
import { useAreas } from "../tables/areas";
import { useAsking } from "../tables/asking";
import { useConditions } from "../tables/conditions";
import { DataTable, type Column } from "../tables/DataTable";
import { Filters, type Filter } from "../tables/Filters";
import { listOf, useBoard } from "../tables/listing";
import { optionsOf } from "../tables/options";
import { hasWords } from "../tables/sought";
import { tableWords } from "../tables/words";
import { useTicketColumns } from "../tickets/columns";
import { lenderOf } from "../tickets/pieces";
import { Acts, DoStep, type Doing, type What } from "./Steps";
import { supervisionWords } from "./words";

interface Query {
  q?: string;
  area?: string;
  stage?: Schemas["Stage"][];
}

export function Chased(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const own: Column<Ticket>[] = [
    { key: "chased_n", title: texts.chased, right: true, render: (ticket) => ticket.flags?.chased_n ?? 0, sort: (one, other) => (one.flags?.chased_n ?? 0) - (other.flags?.chased_n ?? 0) },
    { key: "chases", title: texts.chases, render: (ticket) => label(names.ChaseTarget, ticket.chases?.at(-1)?.target) },
  ];
  return <Marked name="chased" title={texts.tabs.chased} own={own} pick={(ticket) => (ticket.flags?.chased_n ?? 0) > 0} weight={(ticket) => ticket.flags?.chased_n ?? 0} acts={["supervise", "escalate", "chase"]} />;
}

export function Escalated(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const own: Column<Ticket>[] = [{ key: "escalated", title: texts.escalatedLevel, right: true, render: (ticket) => ticket.flags?.escalated_level ?? 0 }];
  return <Marked name="escalated" title={texts.tabs.escalated} own={own} pick={(ticket) => (ticket.flags?.escalated_level ?? 0) > 0} weight={(ticket) => ticket.flags?.escalated_level ?? 0} acts={["supervise", "escalate", "chase"]} />;
}

export function Suspended(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const own: Column<Ticket>[] = [
    { key: "why", title: texts.suspendReason, render: (ticket) => label(names.SuspendReason, ticket.suspend_reason) },
    { key: "since", title: texts.suspendedAt, render: (ticket) => full(ticket.suspended_at) },
    { key: "until", title: texts.suspendedUntil, render: (ticket) => full(ticket.suspended_until) },
  ];
  return <Marked name="suspended" title={texts.tabs.suspended} own={own} pick={(ticket) => ticket.flags?.suspended === true} weight={() => 0} acts={["resume"]} />;
}

interface MarkedProps {
  name: Schemas["TicketMark"];
  title: string;
  own: readonly Column<Ticket>[];
  pick: (ticket: Ticket) => boolean;
  weight: (ticket: Ticket) => number; // the heaviest first
  acts: readonly What[];
}

function Marked({ name, title, own, pick, weight, acts }: MarkedProps): React.JSX.Element {
  const table = useWords(tableWords);
  const tickets = useBoard();
  const columns = useTicketColumns();
  const [doing, setDoing] = useState<Doing>(null);
  const [query, setQuery] = useState<Query>({});
  const filters = useQueueFilters();
  const { asked, faults } = useAsking(filters, query);
  const conditions = useConditions(filters, asked);
  const inQuestion = useInQuestion(asked);
  const rows = [...tickets.values()].filter((ticket) => pick(ticket) && inQuestion(ticket)).sort((one, other) => weight(other) - weight(one) || one.reported_at.localeCompare(other.reported_at));
  const middle = columns.filter((column) => column.frozen === undefined);
  const all: Column<Ticket>[] = [
    ...columns.filter((column) => column.frozen === "left"),
    ...own,
    ...middle,
    { key: "act", title: table.actions, frozen: "right", render: (ticket) => <Acts ticket={ticket} acts={acts} act={setDoing} /> },
  ];
  return (
    <div className="stack grow data-view">
      <Filters filters={filters} query={query} faults={faults} onChange={setQuery} />
      <DataTable name={name} label={title} columns={all} list={listOf(rows)} idOf={(ticket) => ticket.id} exported={{ table: "tickets", query: { marked: name, ...asked } }} conditions={conditions} area={asked.area} />
      {doing === null ? null : <DoStep doing={doing} onClose={() => setDoing(null)} />}
    </div>
  );
}

function useQueueFilters(): Filter<Query>[] {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  return [
    { name: "q", label: table.search, kind: "text", most: 60, hint: texts.queueHint },
    { name: "area", label: table.area, kind: "area" },
    { name: "stage", label: texts.stage, kind: "many", options: optionsOf(names.Stage) },
  ];
}

/** The same question to the tickets of the board that the server's list answers for the file. */
function useInQuestion({ q, area, stage }: Query): (ticket: Ticket) => boolean {
  const areas = useAreas();
  const within = area === undefined ? null : areas.below(area);
  return (ticket) =>
    hasWords(q, [ticket.ticket_no, ticket.address, areas.name(ticket.area)]) &&
    (within === null || within.has(ticket.area) || within.has(lenderOf(ticket) ?? "")) &&
    (stage === undefined || stage.includes(ticket.stage));
}

