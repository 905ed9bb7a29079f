/** 报表: indices with how each is computed, files of day and week, and the ledger of borders. */

import { may, useMe } from "../api/session";
import { useWords } from "../i18n";
import { Head } from "../shell/Head";
import { Tabs, type Tab } from "../tables/Tabs";
import { Files } from "./Files";
import { Indices } from "./Indices";
import { Ledger } from "./Ledger";
import { Lines } from "./Lines";
import { VisitIndices } from "./VisitIndices";
import { reportWords } from "./words";

export default function Reports(): React.JSX.Element {
  const texts = useWords(reportWords);
  const me = useMe();
  const t = texts.tabs;
  const tabs: Tab[] = [
    { name: "indices", text: t.indices, view: Indices, allowed: may(me, "index.read") },
    { name: "visits", text: t.visits, view: VisitIndices, allowed: may(me, "capacity.indices") },
    { name: "files", text: t.files, view: Files, allowed: may(me, "index.read") },
    { name: "ledger", text: t.ledger, view: Ledger, allowed: may(me, "ledger.read") },
    { name: "lines", text: t.lines, view: Lines, allowed: may(me, "ledger.read") },
  ];
  return (
    <div className="screen">
      <Head />
      <Tabs screen="reports" tabs={tabs} />
    </div>
  );
}
