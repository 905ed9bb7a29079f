/** Open tickets that were chased, escalated or suspended: live from the board, with what supervisors may do about them. */

import { useState } from "react";

import { lay } from "../api/board";
import { answered, api, type Schemas, type Ticket } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { once, useDone } from "../forms/act";
import { FormDialog, type Values } from "../forms/FormDialog";
import type { Asked } from "../forms/Ask";
import { label, useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { full } from "../lib/format";
import { DataTable, type Column } from "../tables/DataTable";
import { listOf, useBoard } from "../tables/listing";
import { optionsOf } from "../tables/options";
import { tableWords } from "../tables/words";
import { useTicketColumns } from "../tickets/columns";
import { supervisionWords } from "./words";

type What = "supervise" | "escalate" | "chase" | "resume";
type Doing = { ticket: Ticket; what: What } | null;

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
  const rows = [...tickets.values()].filter(pick).sort((one, other) => weight(other) - weight(one) || one.reported_at.localeCompare(other.reported_at));
  const middle = columns.filter((column) => column.frozen === undefined);
  const all: Column<Ticket>[] = [
    ...columns.filter((column) => column.frozen === "left"),
    ...own,
    ...middle,
    { key: "act", title: table.actions, frozen: "right", render: (ticket) => <Acts ticket={ticket} acts={acts} act={setDoing} /> },
  ];
  return (
    <>
      <DataTable name={name} label={title} columns={all} list={listOf(rows)} idOf={(ticket) => ticket.id} exported={{ table: "tickets", query: { marked: name } }} />
      {doing === null ? null : <Doing doing={doing} onClose={() => setDoing(null)} />}
    </>
  );
}

function Acts({ ticket, acts, act }: { ticket: Ticket; acts: readonly What[]; act: (doing: Doing) => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const me = useMe();
  return (
    <span className="row">
      {acts.map((what) =>
        may(me, `ticket.${what}`) ? (
          <Button key={what} aria-label={`${texts[what]} ${ticket.ticket_no}`} onClick={() => act({ ticket, what })}>
            {texts[what]}
          </Button>
        ) : null,
      )}
    </span>
  );
}

function Doing({ doing, onClose }: { doing: NonNullable<Doing>; onClose: () => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const done = useDone("supervisions", "warnings");
  const { ticket, what } = doing;
  const said = { supervise: texts.supervised, escalate: texts.escalated, chase: texts.chasedDone, resume: texts.resumed };
  return (
    <FormDialog
      title={`${texts[what]} ${ticket.ticket_no}`}
      fields={useQuestions(what)}
      initial={what === "supervise" ? { addressee: "county_director" } : {}}
      onClose={onClose}
      onSend={async (values, key) => {
        lay(await send(ticket, what, values, key));
        done(said[what]);
      }}
    />
  );
}

function useQuestions(what: What): Asked[] {
  const texts = useWords(supervisionWords);
  const text: Asked = { name: "text", label: texts.text, kind: "text", most: 500 };
  switch (what) {
    case "supervise":
      return [
        { name: "reason", label: texts.reason, kind: "text", required: true, most: 200 },
        { name: "addressee", label: texts.addressee, kind: "one", options: optionsOf(names.Addressee), required: true },
        { name: "copies", label: texts.copies, kind: "many", options: optionsOf(names.Addressee) },
      ];
    case "escalate":
      return [{ name: "reason", label: texts.reason, kind: "one", options: optionsOf(names.EscalationReason), required: true }, text];
    case "chase":
      return [text];
    default:
      return [{ ...text, required: true }];
  }
}

function send(ticket: Ticket, what: What, values: Values, key: string): Promise<Ticket> {
  const params = { path: { ticket_id: ticket.id }, header: once(key) };
  const { version } = ticket;
  const text = String(values.text ?? "");
  switch (what) {
    case "supervise": {
      const addressee = values.addressee as Schemas["Addressee"];
      const copies = (values.copies ?? []) as Schemas["Addressee"][];
      return answered(api.POST("/api/v1/tickets/{ticket_id}/supervise", { params, body: { version, reason: String(values.reason), addressee, copies } }));
    }
    case "escalate":
      return answered(api.POST("/api/v1/tickets/{ticket_id}/escalate", { params, body: { version, reason: values.reason as Schemas["EscalationReason"], text } }));
    case "chase":
      return answered(api.POST("/api/v1/tickets/{ticket_id}/chase", { params, body: { version, text } }));
    default:
      return answered(api.POST("/api/v1/tickets/{ticket_id}/resume", { params, body: { version, text } }));
  }
}
