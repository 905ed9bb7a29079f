/** 班所: what a depot leader does: declare the week, see to the half-day lists, acknowledge changes, answer grid tasks. */

import { may, useMe } from "../api/session";
import { useWords } from "../i18n";
import { Head } from "../shell/Head";
import { Tabs, type Tab } from "../tables/Tabs";
import "./depot.css";
import { Lists } from "./Lists";
import { Notices } from "./Notices";
import { Standings } from "./Standings";
import { Tasks } from "./Tasks";
import { WeekGrid } from "./WeekGrid";
import { depotWords } from "./words";

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
