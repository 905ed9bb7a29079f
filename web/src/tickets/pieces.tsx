/** Small pieces about a ticket that many screens show: its link, its stage, its flags, what to call an account. */

import type { Schemas, Ticket } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { label, useWords } from "../i18n";
import { Tag, type TagTone } from "../kit/pieces";
import { ticketWords } from "./words";

export function TicketLink({ id, no }: { id: string; no: string }): React.JSX.Element {
  const me = useMe();
  return may(me, "ticket.read") ? <a href={`#/tickets/${encodeURIComponent(id)}`}>{no}</a> : <span>{no}</span>;
}

type Stage = Ticket["stage"];
const TONES: Readonly<Partial<Record<Stage, TagTone>>> = {
  returned: "warn",
  reply_rejected: "warn",
  restored: "ok",
  replied: "ok",
  callback_pending: "ok",
  closed: "plain",
  cancelled: "plain",
};

export function StageTag({ stage }: { stage: Stage }): React.JSX.Element {
  return <Tag tone={TONES[stage] ?? "note"}>{label(names.Stage, stage)}</Tag>;
}

export function FlagTags({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const flags: Partial<Schemas["Flags"]> = ticket.flags ?? {};
  const tags: [boolean | undefined, TagTone, string][] = [
    [ticket.hazard, "bad", `▲▲ ${texts.hazard}`],
    [flags.important, "warn", `▲ ${texts.important}`],
    [(flags.overdue ?? []).length > 0, "bad", `✖ ${texts.overdue}`],
    [flags.supervised, "bad", texts.supervised],
    [(flags.escalated_level ?? 0) > 0, "warn", texts.escalated(flags.escalated_level ?? 0)],
    [(flags.chased_n ?? 0) > 0, "warn", texts.chased(flags.chased_n ?? 0)],
    [flags.suspended, "note", texts.suspended],
    [flags.disputed, "warn", texts.disputed],
    [flags.contradicted, "warn", texts.contradicted],
    [flags.doubtful, "warn", texts.doubtful],
    [isLent(ticket), "note", texts.lent],
  ];
  return (
    <span className="row wrap flags">
      {tags.map(([on, tone, text]) => (on ? <Tag key={text} tone={tone}>{text}</Tag> : null))}
    </span>
  );
}

/** The county whose crew is on the job, if it is another than the ticket's own: as the server has it. */
export function lenderOf(ticket: Ticket): string | null {
  const last = ticket.dispatches?.at(-1);
  if (last === undefined || last.crew_area === ticket.area) return null;
  return (last.ended_at ?? null) === null || (ticket.restored_at ?? null) !== null ? last.crew_area : null;
}

function isLent(ticket: Ticket): boolean {
  const last = ticket.dispatches?.at(-1);
  return last !== undefined && last.crew_area !== ticket.area;
}

/** What a role is called. */
export function roleName(role: string): string {
  const text = label(names.Role, role);
  return text === text.toUpperCase() ? text.charAt(0) + text.slice(1).toLowerCase() : text;
}

/** Who it was, as people know them: by name if it is known, else `a-seat04` is seat04; what the machine did is said so. */
export function who(by: string, role?: string, called?: string): string {
  if (by === "system") return roleName("SYSTEM");
  const name = called ?? by.replace(/^a-/, "");
  return role === undefined ? name : `${roleName(role)} ${name}`;
}
