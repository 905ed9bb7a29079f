/** What became of the calls of this shift: the promise, what is still to be asked, and the calls that wait to be sent. */

import { useState } from "react";

import { useTicket } from "../api/board";
import { label, useWords } from "../i18n";
import { CallOutcome, Stage } from "../api/labels.gen";
import type { Schemas, Ticket } from "../api/client";
import { Button, Tag } from "../kit/pieces";
import { complain, saying } from "../kit/toast";
import { hm } from "../lib/format";
import { freshKey } from "../lib/once";
import { useStore } from "../lib/store";
import { back, form } from "./desk";
import { masked } from "./numbers";
import { dispatchDraft, orders, outbox, place, type CallOrder, type Taken } from "./sending";
import { seatWords } from "./words";

const SHOWN = 6;

/** Calls that nobody has taken yet; they are never out of sight. */
export function Waiting(): React.JSX.Element | null {
  const texts = useWords(seatWords);
  const all = useStore(orders);
  const waiting = all.filter((order) => order.state === "waiting" || (order.state === "sending" && order.slow));
  const refused = all.filter((order) => order.state === "refused");
  if (waiting.length + refused.length === 0) return null;
  return (
    <section className="waiting stack" role="alert" aria-label={texts.waiting(waiting.length)}>
      {waiting.length === 0 ? null : (
        <p>
          <strong data-waiting={waiting.length}>▲ {texts.waiting(waiting.length)}</strong> {texts.waitingNote}
        </p>
      )}
      <ul>
        {waiting.map((order) => (
          <li key={order.key} className="small">
            {texts.waitingLine(masked(order.sent.body.phone), order.tries)} · {order.sent.body.address} {order.sent.body.symptom_text}
          </li>
        ))}
        {refused.map((order) => (
          <li key={order.key} className="row between">
            <span>
              {texts.refused} {masked(order.sent.body.phone)}:{saying(order.error)}
            </span>
            <Button onClick={() => takeBack(order)}>{texts.takeBack}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function takeBack(order: CallOrder): void {
  form.set(order.sent.form);
  outbox.drop(order.key);
}

export function Answers(): React.JSX.Element {
  const texts = useWords(seatWords);
  const done = useStore(orders).filter((order) => order.state === "done").slice(-SHOWN).reverse();
  return (
    <section className="stack" aria-label={texts.sent}>
      <h3>{texts.sent}</h3>
      {done.length === 0 ? <p className="soft">{texts.sentNone}</p> : null}
      <ul className="stack answers">
        {done.map((order, n) => (order.answer === null ? null : <Answer key={order.key} order={order} answer={order.answer} newest={n === 0} />))}
      </ul>
    </section>
  );
}

function useLatest(first: Ticket): Ticket {
  const seen = useTicket(first.id);
  return seen !== undefined && seen.version >= first.version ? seen : first;
}

function Answer({ order, answer, newest }: { order: CallOrder; answer: Taken; newest: boolean }): React.JSX.Element {
  const texts = useWords(seatWords);
  const ticket = useLatest(answer.ticket);
  const { taken } = answer;
  const places = taken.places ?? [];
  const chosen = places.some((one) => one.code === ticket.place_code); // one without a point is still to be found, but no more asked for
  const unresolved = ticket.flags?.place_unresolved === true && places.length > 0 && !chosen;
  return (
    <li className={`answer stack ${newest ? "newest" : ""}`} data-outcome={taken.outcome} data-ticket={ticket.ticket_no}>
      <p className="row wrap">
        <strong>{ticket.ticket_no}</strong>
        {answer.joined ? null : <Tag tone={taken.outcome === "chase" ? "warn" : "ok"}>{label(CallOutcome, taken.outcome)}</Tag>}
        <Tag>{label(Stage, ticket.stage)}</Tag>
        {taken.arrive_by === null || answer.joined ? null : <span className="small">{texts.arriveBy(hm(taken.arrive_by))}</span>}
        {answer.joined && ticket.etr_at ? <span className="small">{texts.etr(hm(ticket.etr_at))}</span> : null}
        {ticket.repeat_of ? <Tag tone="warn">{texts.repeat}</Tag> : null}
        {answer.joined ? <Tag tone="ok">{order.sent.next?.kind === "attach" ? texts.joined : texts.consulted}</Tag> : null}
      </p>
      <p className="small soft cut">
        {ticket.phone_masked} {ticket.address}
      </p>
      <Remarks order={order} answer={answer} ticket={ticket} />
      {unresolved ? <Places ticket={ticket} places={places} ask={taken.ask} newest={newest} /> : null}
    </li>
  );
}

/** What the seat must still know or do of it. */
function Remarks({ order, answer, ticket }: { order: CallOrder; answer: Taken; ticket: Ticket }): React.JSX.Element {
  const texts = useWords(seatWords);
  const { taken, refused } = answer;
  const attach = order.sent.next?.kind === "attach";
  const resolved = ticket.flags?.place_unresolved !== true || (taken.places ?? []).some((one) => one.code === ticket.place_code);
  return (
    <>
      {taken.outcome === "chase" && order.sent.next !== null ? <p className="small strong">▲ {texts.chasedInstead}</p> : null}
      {taken.important ? <p className="small strong">{texts.important}</p> : null}
      {taken.notice === null ? null : <p className="small strong">▲ {taken.notice}</p>}
      {taken.place_doubt === null ? null : (
        <p className="small strong">
          ▲ {texts.doubt}:{taken.place_doubt}
        </p>
      )}
      {taken.places !== null && taken.places.length > 0 && resolved ? <p className="small">{texts.placed}</p> : null}
      {refused === null ? null : (
        <p className="small strong">{attach ? texts.notJoined(saying(refused)) : texts.notConsulted(saying(refused))}</p>
      )}
      {ticket.stage === "draft" && !answer.joined ? <SendOut order={order} ticket={ticket} /> : null}
    </>
  );
}

function SendOut({ order, ticket }: { order: CallOrder; ticket: Ticket }): React.JSX.Element {
  const texts = useWords(seatWords);
  const [key] = useState(freshKey);
  return <Button onClick={() => void dispatchDraft(key, ticket, order.sent.body).catch(complain)}>{texts.dispatchAfterAll}</Button>;
}

interface PlacesProps {
  ticket: Ticket;
  places: readonly Schemas["PlaceShown"][];
  ask: string | null;
  newest: boolean;
}

/** The candidates of a ticket whose place is not known: a digit picks. */
function Places({ ticket, places, ask, newest }: PlacesProps): React.JSX.Element {
  const texts = useWords(seatWords);
  const [busy, setBusy] = useState(false);
  const choose = async (code: string): Promise<void> => {
    if (busy) return;
    setBusy(true);
    back();
    try {
      await place(`place-${ticket.id}-${ticket.version}-${code}`.slice(0, 64), ticket, code);
    } catch (error) {
      complain(error);
    } finally {
      setBusy(false);
    }
  };
  const shown = places.slice(0, 9);
  const pressed = (event: React.KeyboardEvent): void => {
    const chosen = /^[1-9]$/.test(event.key) ? shown[Number(event.key) - 1] : undefined;
    if (chosen === undefined) return;
    event.preventDefault();
    void choose(chosen.code);
  };
  return (
    <div className="doubtful stack" role="group" aria-label={texts.whichPlace} onKeyDown={pressed}>
      <p>
        <strong>{texts.whichPlace}</strong> <kbd>{texts.placeKey}</kbd> {ask ?? ""}
      </p>
      {shown.map((one, n) => (
        <button key={one.code} type="button" className="button place" disabled={busy} {...(newest && n === 0 ? { "data-seat": "answers" } : {})} onClick={() => void choose(one.code)}>
          <span className="digit">{n + 1}</span>
          <span className="grow">{one.path || one.name}</span>
        </button>
      ))}
    </div>
  );
}
