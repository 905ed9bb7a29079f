/** The keys of the workstation. Letters act on the selected ticket through the one table of actions. */

import { useQueryClient } from "@tanstack/react-query";

import { board } from "../api/board";
import { words } from "../i18n";
import { say } from "../kit/toast";
import type { Keys } from "../lib/keys";
import { useKeys } from "../lib/keys";
import { useStore } from "../lib/store";
import { acceptMarked, asking, begin, undo } from "./act";
import { preset } from "./ActionBar";
import { behind, KEYS } from "./actions";
import { CANDIDATES } from "./Candidates";
import { help } from "./Help";
import { byIncident, shownOrder, tab } from "./Queue";
import { TABS } from "./queue";
import type { Offers } from "./queries";
import { chosenCrew, mark, select, selected } from "./selection";
import { deskWords } from "./words";

const PANES = ["desk-search", "desk-map", "desk-details", "desk-gantt"] as const;

function step(by: number): void {
  const shown = shownOrder.get();
  const place = shown.findIndex((ticket) => ticket.id === selected.get());
  const next = shown[place < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, place + by))];
  if (next !== undefined) select(next.id);
}

/** Arrows belong to what has the cursor; where nothing has it they go through the list. */
function freely(act: () => void): void {
  if (document.activeElement === null || document.activeElement === document.body) act();
}

function turn(by: number): void {
  const next = TABS[(TABS.indexOf(tab.get()) + by + TABS.length) % TABS.length];
  if (next !== undefined) tab.set(next);
}

function pane(): void {
  const here = PANES.findIndex((id) => document.getElementById(id)?.contains(document.activeElement));
  for (let n = 1; n <= PANES.length; n += 1) {
    const next = document.getElementById(PANES[(here + n) % PANES.length] ?? "");
    if (next === null) continue;
    next.focus();
    return;
  }
}

function act(key: string): void {
  const ticket = board.get().get(selected.get() ?? "");
  const action = ticket === undefined ? undefined : behind(key, ticket);
  if (ticket !== undefined && action !== undefined) begin(action.name, ticket, preset(action.name));
  else if (selected.get() === null) say("warn", words(deskWords).nothing);
}

export function useDeskKeys(): void {
  const queries = useQueryClient();
  const form = useStore(asking);
  const helping = useStore(help);
  const choose = (n: number): void => {
    const ticket = board.get().get(selected.get() ?? "");
    const known = queries.getQueryData<Offers>(["offers", ticket?.id, ticket?.version]);
    const offer = known?.offers[n];
    if (offer !== undefined) chosenCrew.set(offer.crew_id);
  };
  const keys: Record<string, Keys[string]> = {
    j: () => step(1),
    ArrowDown: () => freely(() => step(1)),
    ArrowUp: () => freely(() => step(-1)),
    k: () => step(-1),
    "/": () => document.getElementById("desk-search")?.focus(),
    "[": () => turn(-1),
    "]": () => turn(1),
    i: () => {
      const id = selected.get();
      if (id !== null) mark(id);
    },
    "Ctrl+Enter": () => void acceptMarked(),
    v: () => byIncident.set(!byIncident.get()),
    c: () => document.getElementById("desk-contact")?.click(),
    z: undo,
    F6: pane,
    "?": () => help.set(true),
    Escape: () => (document.activeElement as HTMLElement | null)?.blur(),
  };
  for (let n = 0; n < CANDIDATES; n += 1) keys[String(n + 1)] = () => choose(n);
  for (const key of KEYS) keys[key] = () => act(key);
  useKeys(keys, form !== null || helping);
}
