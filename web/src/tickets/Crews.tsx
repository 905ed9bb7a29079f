/** The crews that were sent, and why each of them. */

import type { Schemas, Ticket } from "../api/client";
import { useWords } from "../i18n";
import { Panel, Tag } from "../kit/pieces";
import { hm, span } from "../lib/format";
import { useAreas } from "../tables/areas";
import { useLog, type Names } from "./log";
import { who } from "./pieces";
import { ticketWords } from "./words";

export function Crews({ ticket }: { ticket: Ticket }): React.JSX.Element | null {
  const texts = useWords(ticketWords);
  const called = useLog(ticket.id);
  const sent = ticket.dispatches ?? [];
  if (sent.length === 0) return null;
  return (
    <Panel title={texts.crews}>
      <ol className="stack">
        {sent.map((dispatch) => (
          <Sent key={dispatch.no} dispatch={dispatch} area={ticket.area} called={called} />
        ))}
      </ol>
    </Panel>
  );
}

function Sent({ dispatch, area, called }: { dispatch: Schemas["Dispatch"]; area: string; called: Names }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const areas = useAreas();
  const saved = dispatch.saved_s ?? 0;
  return (
    <li className="stack sent">
      <span className="row wrap">
        <strong>{dispatch.crew_name}</strong>
        {dispatch.crew_area === area ? null : <Tag tone="note">{texts.from(areas.name(dispatch.crew_area))}</Tag>}
        {saved > 0 ? <Tag tone="ok">{texts.saved(span(saved))}</Tag> : null}
      </span>
      <span className="small soft">
        {texts.sentAt} {hm(dispatch.sent_at)} ({who(dispatch.sent_by, undefined, called.person(dispatch.sent_by))}) · {texts.eta} {span(dispatch.eta_s)} · {texts.arrivedAt} {hm(dispatch.arrived_at)} · {texts.endedAt} {hm(dispatch.ended_at)}
      </span>
      <span className="small">{dispatch.why}</span>
      {dispatch.own_district_crew && dispatch.own_district_crew !== dispatch.crew_id ? <span className="small soft">{texts.ownCrew(called.crew(dispatch.own_district_crew))}</span> : null}
    </li>
  );
}
