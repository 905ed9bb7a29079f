/** 回单审核: replies that an auditor should read, reports that contradict each other, judgements and appeals; what messages say. */

import { Templates } from "../admin/Templates";
import { may, useMe } from "../api/session";
import { useWords } from "../i18n";
import { Head } from "../shell/Head";
import { Tabs, type Tab } from "../tables/Tabs";
import "../tickets/tickets.css";
import "./audit.css";
import { Audits } from "./Audits";
import { Contradicted } from "./Contradicted";
import { Judged } from "./Judged";
import { auditWords } from "./words";

export default function Audit(): React.JSX.Element {
  const texts = useWords(auditWords);
  const me = useMe();
  const t = texts.tabs;
  const tabs: Tab[] = [
    { name: "audits", text: t.audits, view: Audits, allowed: may(me, "reply.audits") },
    { name: "reports", text: t.reports, view: Contradicted, allowed: may(me, "field.read") },
    { name: "judged", text: t.judged, view: Judged, allowed: may(me, "index.read") },
    { name: "templates", text: t.templates, view: Templates, allowed: may(me, "template.read") },
  ];
  return (
    <div className="screen">
      <Head />
      <Tabs screen="audit" tabs={tabs} />
    </div>
  );
}
