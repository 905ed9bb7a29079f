/** One ticket of the queue: what, where, how urgent, and its two next clocks. Drawn anew only with a new version. */

import { memo } from "react";

import { AreaClass, Stage, Symptom } from "../api/labels.gen";
import type { Ticket } from "../api/client";
import { useMe } from "../api/session";
import { label, useWords } from "../i18n";
import { Clock } from "../kit/Clock";
import { Tag } from "../kit/pieces";
import { usePicked } from "../lib/store";
import { running } from "./clocks";
import { beside } from "./engine";
import { marked } from "./selection";
import { deskWords } from "./words";

export const ROW_PX = 58;
const CLOCKS = 2; // more would not be read

interface Props {
  ticket: Ticket;
  note?: string | undefined; // of a fault point: how many tickets and customers
  onMenu: (ticketId: string, x: number, y: number) => void;
}

export const QueueRow = memo(function QueueRow({ ticket, note, onMenu }: Props): React.JSX.Element {
  const texts = useWords(deskWords);
  const isMarked = usePicked(marked, (ids) => ids.has(ticket.id));
  const crew = ticket.dispatches?.at(-1);
  return (
    <div
      className="queue-row"
      data-ticket={ticket.id}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu(ticket.id, event.clientX, event.clientY);
      }}
    >
      <div className="row between">
        <span className="row cut queue-what">
          {isMarked ? <span className="queue-mark" aria-hidden="true">✓</span> : null}
          <strong className="cut">{label(Symptom, ticket.symptom)}</strong>
          <Chips ticket={ticket} />
          {isMarked ? <span className="only-read">{texts.marked}</span> : null}
        </span>
        <span className="row queue-clocks">
          {running(ticket)
            .slice(0, CLOCKS)
            .map((clock) => (
              <span key={clock.limit} className="row queue-clock">
                <span className="soft">{texts.clocks[clock.limit]}</span>
                <Clock due={clock.due} begun={clock.begun} label={texts.clocks[clock.limit]} />
              </span>
            ))}
        </span>
      </div>
      <div className="row between small">
        <span className="cut">{ticket.address || ticket.place_said || ticket.ticket_no}</span>
        <span className="soft nowrap">
          {note ?? `${label(AreaClass, ticket.area_class)} · ${label(Stage, ticket.stage)}${crew && !crew.ended_at ? ` · ${crew.crew_name}` : ""}`}
        </span>
      </div>
    </div>
  );
});

/** What sets the ticket apart, in words. */
export function Chips({ ticket, all = false }: { ticket: Ticket; all?: boolean }): React.JSX.Element {
  const texts = useWords(deskWords);
  const county = useMe().account.area;
  const { flags } = ticket;
  const same = usePicked(beside, (counted) => counted.get(ticket.transformer_area ?? "") ?? 0);
  const chased = flags?.chased_n ?? 0;
  return (
    <>
      {ticket.hazard ? <Tag tone="bad">▲ {texts.hazard}</Tag> : null}
      {ticket.level === "urgent" && (all || !ticket.hazard) ? <Tag tone="bad">{texts.urgent}</Tag> : null}
      {flags?.supervised ? <Tag tone="bad">{texts.supervised}</Tag> : null}
      {chased > 0 ? <Tag tone="warn">{texts.chased(chased)}</Tag> : null}
      {same > 0 ? <Tag tone="note">{texts.same(same)}</Tag> : (ticket.customers_out ?? 0) > 1 ? <Tag tone="note">{texts.out(ticket.customers_out ?? 0)}</Tag> : null}
      {flags?.suspended ? <Tag>{texts.suspended}</Tag> : null}
      {flags?.place_unresolved ? <Tag tone="warn">{texts.unresolved}</Tag> : null}
      {ticket.area.startsWith(county) ? null : <Tag>{texts.lent(ticket.area)}</Tag>}
      {all && flags?.excused ? <Tag>{texts.excused}</Tag> : null}
      {all && flags?.doubtful ? <Tag tone="warn">{texts.doubtful}</Tag> : null}
      {all && flags?.contradicted ? <Tag tone="warn">{texts.contradicted}</Tag> : null}
    </>
  );
}
