/** The menu that opens over a ticket in the queue or a bar of the Gantt: the actions of the one table. */

import { useEffect, useRef } from "react";

import { useTicket } from "../api/board";
import { useWords } from "../i18n";
import { Store, useStore } from "../lib/store";
import { begin } from "./act";
import { offered } from "./actions";
import { actionWords } from "./actionWords";
import { useStanding } from "./standing";
import { deskWords } from "./words";

const opened = new Store<{ ticketId: string; x: number; y: number } | null>(null);

export function openMenu(ticketId: string, x: number, y: number): void {
  opened.set({ ticketId, x, y });
}

const close = (): void => opened.set(null);
const ROOM = { x: 190, y: 420 }; // so much is kept free at the right and below

export function ActionMenu(): React.JSX.Element | null {
  const at = useStore(opened);
  return at === null ? null : <Menu key={`${at.ticketId}${at.x}`} {...at} />;
}

function Menu({ ticketId, x, y }: { ticketId: string; x: number; y: number }): React.JSX.Element | null {
  const ticket = useTicket(ticketId);
  const standing = useStanding(ticketId);
  const texts = useWords(deskWords);
  const names = useWords(actionWords).names;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector("button")?.focus();
    const away = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) close();
    };
    window.addEventListener("pointerdown", away);
    return () => {
      window.removeEventListener("pointerdown", away);
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  if (ticket === undefined) return null;
  const place = { left: Math.max(0, Math.min(x, window.innerWidth - ROOM.x)), top: Math.max(0, Math.min(y, window.innerHeight - ROOM.y)) };
  return (
    <nav className="menu" aria-label={texts.menu} style={place}>
      <div ref={box} className="menu-items" role="menu" aria-label={ticket.ticket_no} onKeyDown={moved}>
        {offered(ticket, standing).map(({ action, blocked }) => (
          <button
            key={action.name}
            type="button"
            role="menuitem"
            className="menu-item"
            aria-disabled={blocked !== null}
            onClick={() => {
              close();
              begin(action.name, ticket);
            }}
          >
            {names[action.name]}
            {action.key === null ? null : <kbd aria-hidden="true">{action.key.toUpperCase()}</kbd>}
          </button>
        ))}
      </div>
    </nav>
  );
}

function moved(event: React.KeyboardEvent<HTMLDivElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button")];
  const place = items.indexOf(document.activeElement as HTMLButtonElement);
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") close();
  else if (by !== undefined) items[(place + by + items.length) % items.length]?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
