/** All that happened to a ticket, in order: when, who, by what way, what was said; entries made later say so. */

import * as names from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { Tag } from "../kit/pieces";
import { kitWords } from "../kit/words";
import { full, hms } from "../lib/format";
import { Failed } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { tableWords } from "../tables/words";
import { atDesk } from "./codes";
import { useLog, type Line, type Names } from "./log";
import { who } from "./pieces";
import { factsOf, type Event } from "./told";
import { fieldName, ticketWords } from "./words";

const LATE_MS = 60_000; // entered so much later is worth saying
const WARNING = new Set(["warned", "overdue", "escalated", "supervised", "contradicted", "reply_rejected", "chased"]);

export function Timeline({ id }: { id: string }): React.JSX.Element {
  const kit = useWords(kitWords);
  const log = useLog(id);
  const { lines, error, again } = log;
  if (error !== null) return <Failed error={error} again={again} />;
  if (lines === undefined) return <p role="status">{kit.loading}</p>;
  return (
    <ol className="timeline">
      {lines.map((line) => (
        <Entry key={line.version} line={line} called={log} />
      ))}
    </ol>
  );
}

function Entry({ line, called }: { line: Line; called: Names }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const late = Date.parse(line.at_server) - Date.parse(line.at_claimed) > LATE_MS;
  const { kind } = line.event;
  return (
    <li>
      <time dateTime={line.at_claimed} title={full(line.at_claimed)}>
        {hms(line.at_claimed)}
      </time>
      <div className="stack">
        <span className="row wrap">
          <strong>{line.label}</strong>
          {WARNING.has(kind) ? <Tag tone={kind === "overdue" ? "bad" : "warn"}>{kind === "overdue" ? "✖" : "▲"}</Tag> : null}
          <span className="soft small">
            {who(line.by, line.role === "SYSTEM" ? undefined : line.role, called.person(line.by))} · {atDesk(line) ? texts.atDesk : label(names.Source, line.source)}
            {late ? ` · ${texts.entered(hms(line.at_server))}` : ""}
            {line.geo ? ` · ${line.geo.lon.toFixed(5)}, ${line.geo.lat.toFixed(5)}` : ""}
          </span>
        </span>
        <SaidBy event={line.event} called={called} />
      </div>
    </li>
  );
}

function SaidBy({ event, called }: { event: Event; called: Names }): React.JSX.Element | null {
  const texts = useWords(ticketWords);
  const table = useWords(tableWords);
  const areas = useAreas();
  const said = factsOf(event, { yes: table.yes, no: table.no, area: areas.name, crew: called.crew, ticket: called.ticket, minutes: texts.minutes });
  if (said.length === 0) return null;
  return (
    <p className="small said">
      {said.map(({ field, text }) => (
        <span key={field}>
          <span className="soft">{fieldName(texts.fields, field)}</span> {text}
        </span>
      ))}
    </p>
  );
}
