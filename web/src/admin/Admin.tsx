/** 管理: accounts, areas and who is on duty, rule packs, places and what was learned of them, messages and their texts, health. */

import { may, useMe } from "../api/session";
import { useWords } from "../i18n";
import { Head } from "../shell/Head";
import { Gaps } from "../supervision/Gaps";
import { Tabs, type Tab } from "../tables/Tabs";
import { Accounts } from "./Accounts";
import { Areas } from "./Areas";
import { Arrivals, Names } from "./Learned";
import { Health } from "./Health";
import { Messages } from "./Messages";
import { Packs } from "./Packs";
import { Places } from "./Places";
import { Templates } from "./Templates";
import { adminWords } from "./words";

export default function Admin(): React.JSX.Element {
  const texts = useWords(adminWords);
  const me = useMe();
  const t = texts.tabs;
  const tabs: Tab[] = [
    { name: "accounts", text: t.accounts, view: Accounts, allowed: may(me, "account.manage") },
    { name: "areas", text: t.areas, view: Areas, allowed: may(me, "area.read") },
    { name: "gaps", text: t.gaps, view: Gaps, allowed: may(me, "supervision.contacts") },
    { name: "packs", text: t.packs, view: Packs, allowed: may(me, "pack.read") },
    { name: "places", text: t.places, view: Places, allowed: may(me, "place.import") },
    { name: "names", text: t.names, view: Names, allowed: may(me, "place.names") },
    { name: "arrivals", text: t.arrivals, view: Arrivals, allowed: may(me, "place.names") },
    { name: "messages", text: t.messages, view: Messages, allowed: may(me, "message.read") },
    { name: "templates", text: t.templates, view: Templates, allowed: may(me, "template.read") },
    { name: "health", text: t.health, view: Health },
  ];
  return (
    <div className="screen">
      <Head />
      <Tabs screen="admin" tabs={tabs} />
    </div>
  );
}
