/** 回访: customers who have still to answer, and the call that is being made. */

import { useEffect, useState } from "react";

import { useTicket } from "../api/board";
import { useMe } from "../api/session";
import { label, useWords } from "../i18n";
import { Symptom } from "../api/labels.gen";
import { Tag } from "../kit/pieces";
import { Rows } from "../kit/Rows";
import { complain } from "../kit/toast";
import { hm } from "../lib/format";
import { Head } from "../shell/Head";
import { Begun } from "./Begun";
import { begin, useRefresh, useVisits, type Begun as Calling, type Visit } from "./calls";
import "./callbacks.css";
import { Preview } from "./Preview";
import { callbackWords } from "./words";

const ROW_PX = 58;

function focusList(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.callbacks [role="listbox"]')?.focus());
}

export default function Callbacks(): React.JSX.Element {
  const texts = useWords(callbackWords);
  const page = useVisits();
  const refresh = useRefresh();
  const [selected, setSelected] = useState<string | null>(null);
  const [calling, setCalling] = useState<Calling | null>(null);
  const [busy, setBusy] = useState(false);
  const visits = page?.visits ?? [];
  const chosen = visits.find((visit) => visit.ticket.id === selected);
  useEffect(() => {
    if (chosen === undefined && visits[0] !== undefined && calling === null) setSelected(visits[0].ticket.id);
  }, [chosen, visits, calling]);
  const loaded = page !== undefined;
  useEffect(() => {
    if (loaded) focusList();
  }, [loaded]);
  const start = async (id: string): Promise<void> => {
    if (busy || calling !== null) return;
    setBusy(true);
    try {
      setCalling(await begin(id));
    } catch (error) {
      complain(error);
    } finally {
      setBusy(false);
      refresh();
    }
  };
  const over = (): void => {
    setCalling(null);
    setSelected(null);
    refresh();
    focusList();
  };
  return (
    <div className="screen callbacks">
      <Head />
      <main id="content" className="grow row callback-columns">
        <h1 className="only-read">{texts.title}</h1>
        <section className="panel stack callback-list" aria-label={texts.names}>
          <h2>{texts.list(visits.length, visits.filter((visit) => visit.due).length)}</h2>
          {loaded && visits.length === 0 ? <p className="soft">{texts.none}</p> : null}
          <Rows rows={visits} idOf={(visit) => visit.ticket.id} height={ROW_PX} selected={calling?.visit.ticket.id ?? selected} onSelect={(id) => (calling === null ? setSelected(id) : undefined)} onOpen={(id) => void start(id)} label={texts.names}>
            {(visit) => <Row visit={visit} />}
          </Rows>
          {page?.next ? <p className="small soft">{texts.more}</p> : null}
        </section>
        {calling === null ? (
          <Preview visit={chosen} busy={busy} onBegin={(id) => void start(id)} />
        ) : (
          <Begun key={calling.visit.ticket.id} begun={calling} onOver={over} />
        )}
      </main>
      <Foot />
    </div>
  );
}

function Row({ visit }: { visit: Visit }): React.JSX.Element {
  const texts = useWords(callbackWords);
  const ticket = useTicket(visit.ticket.id) ?? visit.ticket;
  const me = useMe().account.id;
  const missed = ticket.callback_attempts ?? 0;
  return (
    <div className="callback-row">
      <span className="row">
        <b>{ticket.ticket_no.slice(-6)}</b>
        {visit.due ? <Tag tone="ok">● {texts.now}</Tag> : <Tag>{visit.way === "sms" ? texts.sms : texts.from(hm(visit.call_at))}</Tag>}
        {visit.seat === null || visit.seat === me ? null : <Tag tone="warn">▲ {texts.held}</Tag>}
        {missed > 0 ? <Tag>{texts.tries(missed)}</Tag> : null}
        <span className="small">{label(Symptom, ticket.symptom)}</span>
      </span>
      <span className="small soft cut">
        {ticket.phone_masked} · {ticket.address}
      </span>
    </div>
  );
}

function Foot(): React.JSX.Element {
  const texts = useWords(callbackWords);
  const { keys } = texts;
  const names: readonly (readonly [string, string])[] = [["↑↓", keys.move], ["Enter", keys.begin], ["Y / N", keys.say], ["Ctrl+Enter", keys.submit], ["F4", keys.missed], ["Esc", keys.leave]];
  return (
    <footer className="foot row no-print">
      <ul className="row wrap" aria-label={texts.keysOf}>
        {names.map(([key, what]) => (
          <li key={key} className="nowrap">
            <kbd>{key}</kbd> {what}
          </li>
        ))}
      </ul>
    </footer>
  );
}
