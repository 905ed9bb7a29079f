/** All that happened to the ticket, the latest first: what, when, by whom, and how it came in. */

import { EscalationReason, ExcuseReason, Limit, NoteKind, RejectReason, ReopenReason, Result, ReturnReason, Source, SuspendReason } from "../api/labels.gen";
import type { Schemas, Ticket } from "../api/client";
import { language, label, useWords } from "../i18n";
import { inEnglish } from "../i18n/english";
import { Panel } from "../kit/pieces";
import { full, hms } from "../lib/format";
import { useStore } from "../lib/store";
import { atDesk } from "../tickets/codes";
import { namesOf } from "../tickets/log";
import { who } from "../tickets/pieces";
import { ticketWords } from "../tickets/words";
import { gist, type Named } from "./gist";
import { useLog } from "./queries";
import { deskWords } from "./words";

const REASONS = { ...EscalationReason, ...ExcuseReason, ...RejectReason, ...ReopenReason, ...ReturnReason, ...SuspendReason };
const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = { reason: REASONS, limit: Limit, note: NoteKind, result: Result };

/** A word of the server in the language of the screen; free text as it is. */
const named: Named = (field, value) => {
  const table = TABLES[field];
  return table !== undefined && value in table ? label(table, value) : value;
};

export function History({ ticket }: { ticket: Ticket }): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const { data } = useLog(ticket);
  if (data === undefined) return null;
  const { person } = namesOf(data);
  return (
    <Panel title={texts.history}>
      <ol className="history small">
        {data.events.toReversed().map((line) => (
          <Happened key={line.version} line={line} name={person(line.by)} />
        ))}
      </ol>
    </Panel>
  );
}

function Happened({ line, name }: { line: Schemas["LogLine"]; name: string | undefined }): React.JSX.Element {
  const spoken = useStore(language);
  const tickets = useWords(ticketWords);
  const text = gist(line.event, named);
  return (
    <li>
      <span className="soft nowrap" title={full(line.at_claimed)}>
        {hms(line.at_claimed)}
      </span>
      <span>
        <strong>{spoken === "zh" ? line.label : inEnglish(line.event.kind, line.label)}</strong>
        <span className="soft">
          {" "}
          {who(line.by, line.role === "SYSTEM" ? undefined : line.role, name)} · {atDesk(line) ? tickets.atDesk : label(Source, line.source)}
        </span>
        {text === "" ? null : <span className="history-text">{text}</span>}
      </span>
    </li>
  );
}
