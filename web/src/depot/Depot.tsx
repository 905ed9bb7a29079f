/** 班所: what a depot leader does: declare the week, see to the half-day lists, acknowledge changes, answer grid tasks. */

import { useState } from "react";

import { may, useMe } from "../api/session";
import { useWords } from "../i18n";
import { Field } from "../kit/pieces";
import { Store, useStore } from "../lib/store";
import { Head } from "../shell/Head";
import { AreaPick } from "../tables/AreaPick";
import { useAreas } from "../tables/areas";
import { Tabs, type Tab } from "../tables/Tabs";
import "./depot.css";
import { Lists } from "./Lists";
import { Notices } from "./Notices";
import { Standings } from "./Standings";
import { Tasks } from "./Tasks";
import { WeekGrid } from "./WeekGrid";
import { depotWords } from "./words";

const picked = new Store(""); // the depot of all parts of this screen

/** The depot that is looked at: the account's own, or the one chosen. */
export function useDepot(): string {
  const { own } = useAreas();
  const chosen = useStore(picked);
  return chosen || (own.find((area) => area.level === "depot")?.code ?? "");
}

export function DepotPick(): React.JSX.Element | null {
  const texts = useWords(depotWords);
  const { own } = useAreas();
  const depot = useDepot();
  if (own.filter((area) => area.level === "depot").length < 2) return null;
  return <Field label={texts.depot}>{(input) => <AreaPick input={input} value={depot} onChange={picked.set} down="depot" only="depot" empty={null} />}</Field>;
}

export default function Depot(): React.JSX.Element {
  const texts = useWords(depotWords);
  const me = useMe();
  const t = texts.tabs;
  const tabs: Tab[] = [
    { name: "week", text: t.week, view: WeekGrid, allowed: may(me, "capacity.read") },
    { name: "lists", text: t.lists, view: Lists, allowed: may(me, "worklist.read") },
    { name: "notices", text: t.notices, view: Notices, allowed: may(me, "worklist.read") },
    { name: "tasks", text: t.tasks, view: Tasks, allowed: may(me, "task.read") || may(me, "task.offer") },
    { name: "standing", text: t.standing, view: Standings, allowed: may(me, "capacity.read") },
  ];
  return (
    <div className="screen">
      <Head />
      <Tabs screen="depot" tabs={tabs} />
    </div>
  );
}

/** Opens something for a while and closes it again. */
export function useOpen<T>(): [T | null, (value: T) => void, () => void] {
  const [open, setOpen] = useState<T | null>(null);
  return [open, setOpen, () => setOpen(null)];
}
