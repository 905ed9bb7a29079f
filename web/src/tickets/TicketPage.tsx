/** One ticket whole: facts, clocks, crews, what happened, photos, judgement, messages. Live by the feed. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { useTicket } from "../api/board";
import { answered, api, type Ticket } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { label, useWords } from "../i18n";
import { Clock } from "../kit/Clock";
import { Panel } from "../kit/pieces";
import { kitWords } from "../kit/words";
import { Failed } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { running } from "./clocks";
import { Commands } from "./Commands";
import { Contact } from "./Contact";
import { Crews } from "./Crews";
import { Facts } from "./Facts";
import { Messages } from "./Messages";
import { Photos } from "./Photos";
import { FlagTags, StageTag } from "./pieces";
import { ReviewPanel } from "./ReviewPanel";
import { Timeline } from "./Timeline";
import { ticketWords } from "./words";

const ENDED_MS = 30_000; // what ended may still be answered or judged

/** The ticket as it stands: asked for, and overlaid by what the feed tells. */
export function useWholeTicket(id: string): { ticket: Ticket | undefined; error: unknown; again: () => void } {
  const client = useQueryClient();
  const live = useTicket(id);
  const asked = useQuery({
    queryKey: ["ticket", id],
    queryFn: () => answered(api.GET("/api/v1/tickets/{ticket_id}", { params: { path: { ticket_id: id } } })),
    refetchInterval: ENDED_MS,
  });
  const version = live?.version;
  const open = useRef(false); // it was on the board: when it is gone from there, it has ended
  useEffect(() => {
    if (version !== undefined || open.current) void client.invalidateQueries({ queryKey: ["ticket", id] });
    open.current = version !== undefined;
  }, [client, id, version]);
  const ticket = live !== undefined && (asked.data === undefined || live.version > asked.data.version) ? live : asked.data;
  return { ticket, error: asked.isError && ticket === undefined ? asked.error : null, again: () => void asked.refetch() };
}

export function TicketPage({ id }: { id: string }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const kit = useWords(kitWords);
  const me = useMe();
  const { ticket, error, again } = useWholeTicket(id);
  if (ticket === undefined) {
    return (
      <main className="screen grow data-main">
        <a href="#/tickets">{texts.back}</a>
        {error === null ? <p role="status">{kit.loading}</p> : <Failed error={error} again={again} />}
      </main>
    );
  }
  return (
    <main className="screen grow data-main scroll" tabIndex={0} aria-label={ticket.ticket_no}>
      <Top ticket={ticket} />
      <div className="ticket-page">
        <div className="stack">
          <Panel title={texts.clocks}>
            <Clocks ticket={ticket} />
          </Panel>
          <Panel title={texts.facts}>
            <Contact ticket={ticket} />
            <Facts ticket={ticket} />
          </Panel>
        </div>
        <Panel title={texts.timeline} aside={<Commands ticket={ticket} />}>
          <Timeline id={id} />
        </Panel>
        <div className="stack">
          <Crews ticket={ticket} />
          {may(me, "photo.read") ? <Photos id={id} /> : null}
          {may(me, "review.read") ? <ReviewPanel ticket={ticket} /> : null}
          {may(me, "message.read") ? <Messages id={id} /> : null}
        </div>
      </div>
    </main>
  );
}

function Top({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const areas = useAreas();
  return (
    <div className="row wrap">
      <a className="no-print" href="#/tickets">
        {texts.back}
      </a>
      <h1 className="number">{ticket.ticket_no}</h1>
      <StageTag stage={ticket.stage} />
      <span>{areas.name(ticket.area)}</span>
      <FlagTags ticket={ticket} />
    </div>
  );
}

function Clocks({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const clocks = running(ticket);
  if (clocks.length === 0) return <p className="soft">{texts.noClock}</p>;
  return (
    <ul className="stack">
      {clocks.map((clock) => (
        <li key={clock.limit} className="row between">
          <span>{label(names.Limit, clock.limit)}</span>
          <Clock due={clock.due} begun={clock.begun} label={label(names.Limit, clock.limit)} />
        </li>
      ))}
    </ul>
  );
}
