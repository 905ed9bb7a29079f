/** The left pane: tabs, search, and the live list in the order in which clocks break; in a storm by fault point. */

import { useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";

import type { Ticket } from "../api/client";
import { useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { Rows } from "../kit/Rows";
import { composing } from "../lib/keys";
import { Store, usePicked, useStore } from "../lib/store";
import { acceptMarked } from "./act";
import { order, soon, tally } from "./engine";
import { incidents } from "./groups";
import { openMenu } from "./ActionMenu";
import { inTab, matches, TABS, type Tab } from "./queue";
import { QueueRow, ROW_PX } from "./QueueRow";
import { mark, marked, select, selected, unmark } from "./selection";
import { deskWords } from "./words";

export const tab = new Store<Tab>("waiting");
export const byIncident = new Store(false);
export const shownOrder = new Store<readonly Ticket[]>([]); // as it stands in the list: what J and K go through

interface Line {
  ticket: Ticket;
  note: string | undefined;
}

const idOf = (line: Line): string => line.ticket.id;

/** The lines that are shown, and of how many tickets they were found. */
function useLines(typed: string): { lines: readonly Line[]; of: number } {
  const texts = useWords(deskWords);
  const tickets = useStore(order);
  const near = useStore(soon);
  const chosen = useStore(tab);
  const grouped = useStore(byIncident);
  const all = useMemo(() => (chosen === "soon" ? near : inTab(tickets, chosen, 0)), [tickets, near, chosen]);
  const lines = useMemo(() => {
    const found = typed.trim() === "" ? all : all.filter((ticket) => matches(ticket, typed));
    if (!grouped) return found.map((ticket): Line => ({ ticket, note: undefined }));
    return incidents(found).map(({ parent, members, customers }): Line => ({ ticket: parent, note: texts.incident(members.length, customers) }));
  }, [all, grouped, typed, texts]);
  useEffect(() => shownOrder.set(lines.map((line) => line.ticket)), [lines]);
  return { lines, of: all.length };
}

export function Queue(): React.JSX.Element {
  const texts = useWords(deskWords);
  const [typed, setTyped] = useState("");
  const { lines, of } = useLines(useDeferredValue(typed));
  const chosen = useStore(selected);
  const open = useCallback((id: string, x: number, y: number) => {
    select(id);
    openMenu(id, x, y);
  }, []);
  return (
    <section className="pane queue" aria-label={texts.queue}>
      <Tabs />
      <div className="row queue-find">
        <input
          id="desk-search"
          type="search"
          className="input"
          aria-label={texts.search}
          placeholder={`/ ${texts.search}`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape" && !composing(event)) setTyped("");
          }}
        />
        <Button keyName="V" aria-pressed={usePicked(byIncident, (on) => on)} onClick={() => byIncident.set(!byIncident.get())}>
          {texts.storm}
        </Button>
      </div>
      <Batch />
      {typed.trim() === "" ? null : (
        <p className="row between queue-filtered" role="status">
          <strong className="small">{texts.filtered(lines.length, of)}</strong>
          <Button keyName="Esc" onClick={() => setTyped("")}>
            {texts.unfilter}
          </Button>
        </p>
      )}
      {lines.length === 0 ? <p className="soft queue-none">{texts.none}</p> : null}
      <Rows rows={lines} idOf={idOf} height={ROW_PX} selected={chosen} onSelect={select} label={texts.queue}>
        {(line) => <QueueRow ticket={line.ticket} note={line.note} onMenu={open} />}
      </Rows>
    </section>
  );
}

function Tabs(): React.JSX.Element {
  const texts = useWords(deskWords);
  const chosen = useStore(tab);
  const counted = useStore(tally);
  const total = usePicked(order, (tickets) => tickets.length);
  const counts: Record<Tab, number> = { waiting: counted.waiting, soon: counted.soon + counted.over, moving: counted.moving, all: total };
  return (
    <div className="queue-tabs" role="group" aria-label={texts.queue}>
      {TABS.map((each) => (
        <button key={each} type="button" className="button" aria-pressed={each === chosen} onClick={() => tab.set(each)}>
          {texts.tabs[each]} <span className="queue-count">{counts[each]}</span>
        </button>
      ))}
    </div>
  );
}

/** Shown while something is marked, or where many wait to be accepted. */
function Batch(): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const ids = useStore(marked);
  const waiting = usePicked(order, (tickets) => tickets.filter((ticket) => ticket.stage === "submitted").length);
  if (ids.size === 0 && waiting < 2) return null;
  const markAll = (): void => {
    for (const ticket of shownOrder.get()) if (ticket.stage === "submitted" && !marked.get().has(ticket.id)) mark(ticket.id);
  };
  return (
    <div className="row queue-batch">
      {ids.size === 0 ? (
        <Button onClick={markAll}>{texts.markAll}</Button>
      ) : (
        <>
          <Button tone="main" keyName="Ctrl+Enter" onClick={() => void acceptMarked()}>
            {texts.batch(ids.size)}
          </Button>
          <Button onClick={unmark}>{texts.unmark}</Button>
        </>
      )}
    </div>
  );
}
