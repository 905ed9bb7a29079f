/** 督办催办: what supervisors watch and decide: orders, warnings, storms, modes, lending. Each line leads to its ticket. */

import { may, useMe } from "../api/session";
import { useWords } from "../i18n";
import { Head } from "../shell/Head";
import { Tabs, type Tab } from "../tables/Tabs";
import { Disasters, StormReports } from "./Disasters";
import { Gaps } from "./Gaps";
import { Lending, Reserves } from "./Lending";
import { Chased, Escalated, Suspended } from "./Marked";
import { Modes } from "./Modes";
import { Orders } from "./Orders";
import { Warnings } from "./Warnings";
import { Weather } from "./Weather";
import { supervisionWords } from "./words";

export default function Supervision(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const me = useMe();
  const t = texts.tabs;
  const tabs: Tab[] = [
    { name: "orders", text: t.orders, view: Orders, allowed: may(me, "supervision.read") },
    { name: "warnings", text: t.warnings, view: Warnings, allowed: may(me, "warning.read") },
    { name: "chased", text: t.chased, view: Chased },
    { name: "escalated", text: t.escalated, view: Escalated },
    { name: "suspended", text: t.suspended, view: Suspended },
    { name: "contacts", text: t.contacts, view: Gaps, allowed: may(me, "supervision.contacts") },
    { name: "storm", text: t.storm, view: StormReports, allowed: may(me, "storm.read") },
    { name: "disasters", text: t.disasters, view: Disasters, allowed: may(me, "disaster.read") },
    { name: "weather", text: t.weather, view: Weather, allowed: may(me, "weather.read") },
    { name: "modes", text: t.modes, view: Modes, allowed: may(me, "mode.read") },
    { name: "lending", text: t.lending, view: Lending, allowed: may(me, "lending.read") },
    { name: "reserves", text: t.reserves, view: Reserves, allowed: may(me, "lending.read") },
  ];
  return (
    <div className="screen">
      <Head />
      <Tabs screen="supervision" tabs={tabs} />
    </div>
  );
}
