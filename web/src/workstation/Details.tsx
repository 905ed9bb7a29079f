/** The right pane: everything of the selected ticket, who can be sent, what can be done, what happened. */

import { useTicket } from "../api/board";
import type { Ticket } from "../api/client";
import { Stage, Symptom } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { Clock } from "../kit/Clock";
import { Tag } from "../kit/pieces";
import { useStore } from "../lib/store";
import { ActionBar } from "./ActionBar";
import { Candidates } from "./Candidates";
import { running } from "./clocks";
import { Facts } from "./Facts";
import { History } from "./History";
import { Photos } from "./Photos";
import { Proposals } from "./Proposals";
import { useOffBoard } from "./queries";
import { Chips } from "./QueueRow";
import { selected } from "./selection";
import { Supervisions } from "./Supervisions";
import { Why } from "./Why";
import { Wishes } from "./Wishes";
import { deskWords } from "./words";

export function Details(): React.JSX.Element {
  const texts = useWords(deskWords);
  const id = useStore(selected);
  const live = useTicket(id);
  const { data: left } = useOffBoard(id, live !== undefined);
  const ticket = live ?? left;
  return (
    <section className="pane details scroll" aria-label={texts.details} tabIndex={-1} id="desk-details">
      {ticket === undefined ? <p className="soft">{texts.nothing}</p> : <Whole key={ticket.id} ticket={ticket} onBoard={live !== undefined} />}
    </section>
  );
}

function Whole({ ticket, onBoard }: { ticket: Ticket; onBoard: boolean }): React.JSX.Element {
  const texts = useWords(deskWords);
  return (
    <>
      <div className="stack details-head">
        <h2 className="row wrap">
          {label(Symptom, ticket.symptom)} <span className="soft">{ticket.ticket_no}</span>
        </h2>
        <div className="row wrap">
          <Tag tone={onBoard ? "plain" : "warn"}>{label(Stage, ticket.stage)}</Tag>
          {onBoard ? null : <Tag tone="warn">{texts.ended}</Tag>}
          <Chips ticket={ticket} all />
        </div>
        <p>{ticket.address || ticket.place_said}</p>
        <Clocks ticket={ticket} />
      </div>
      <ActionBar ticket={ticket} />
      <Candidates ticket={ticket} />
      <Proposals ticket={ticket} />
      <Facts ticket={ticket} />
      <Supervisions ticket={ticket} />
      <Why ticket={ticket} />
      <Wishes ticket={ticket} />
      <Photos ticket={ticket} />
      <History ticket={ticket} />
    </>
  );
}

function Clocks({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(deskWords);
  const clocks = running(ticket);
  return (
    <div className="row wrap">
      {clocks.length === 0 ? <span className="soft small">{texts.noClock}</span> : null}
      {clocks.map((clock) => (
        <span key={clock.limit} className="row queue-clock">
          <span className="soft">{texts.clocks[clock.limit]}</span>
          <Clock due={clock.due} begun={clock.begun} label={texts.clocks[clock.limit]} />
        </span>
      ))}
    </div>
  );
}
