/** What somebody should look at now: broken limits, those that break soon, 督办, 催办. A click opens the ticket. */

import { Symptom, Limit } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { Panel, Tag, type TagTone } from "../kit/pieces";
import { useSecond } from "../lib/clock";
import { span } from "../lib/format";
import { kitWords } from "../kit/words";
import type { Dashboard } from "./useDashboard";
import { boardWords } from "./words";

type Alert = Dashboard["alerts"][number];

const TONES: Readonly<Record<string, TagTone>> = { overdue: "bad", ending: "warn", supervised: "note", chased: "warn" };

interface Props {
  data: Dashboard;
  names: ReadonlyMap<string, string>; // of areas
  links?: boolean;
}

export function Alerts({ data, names, links = true }: Props): React.JSX.Element {
  const texts = useWords(boardWords);
  const aside = links ? (
    <a className="small" href={`#/tickets/of/${data.area}/open`}>
      {texts.allTickets}
    </a>
  ) : null;
  return (
    <Panel title={texts.panels.alerts} aside={aside} className="board-panel">
      <div className="grow scroll" tabIndex={0} role="region" aria-label={texts.panels.alerts}>
        <ul className="board-alerts">
          {data.alerts.map((alert) => (
            <li key={alert.ticket_id}>
              <Row alert={alert} area={names.get(alert.area) ?? alert.area} link={links} />
            </li>
          ))}
        </ul>
        {data.alerts.length === 0 ? <p className="soft">✓ {texts.calm}</p> : null}
      </div>
    </Panel>
  );
}

function Row({ alert, area, link }: { alert: Alert; area: string; link: boolean }): React.JSX.Element {
  const texts = useWords(boardWords);
  const kinds: Readonly<Record<string, string>> = texts.alert;
  const body = (
    <>
      <Tag tone={TONES[alert.what] ?? "plain"}>{kinds[alert.what] ?? alert.what}</Tag>
      <span className="grow">
        {area} {label(Symptom, alert.symptom)}
        {alert.chased_n > 0 && alert.what !== "chased" ? ` · ${texts.chased(alert.chased_n)}` : ""}
      </span>
      <span className="nowrap">{alert.due_at === null ? texts.chased(alert.chased_n) : <Due at={alert.due_at} limit={alert.limit} />}</span>
    </>
  );
  return link ? (
    <a href={`#/tickets/${alert.ticket_id}`} className="row">
      {body}
    </a>
  ) : (
    <span className="row">{body}</span>
  );
}

function Due({ at, limit }: { at: string; limit: string | null }): React.JSX.Element {
  const texts = useWords(kitWords);
  const left = Math.ceil(Date.parse(at) / 1000 - useSecond());
  return <span title={label(Limit, limit)}>{left >= 0 ? texts.left(span(left)) : texts.over(span(-left))}</span>;
}
