/** Why the ticket has its crew, or waits: one sentence, the next best crews, and what would help. */

import type { Ticket } from "../api/client";
import { useWords } from "../i18n";
import { Panel } from "../kit/pieces";
import { useWhy } from "./queries";
import { deskWords } from "./words";

export function Why({ ticket }: { ticket: Ticket }): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const { data: why } = useWhy(ticket);
  if (why === undefined || why.standing === "not_planned") return null;
  return (
    <Panel title={texts.why}>
      <p className="small">{why.sentence}</p>
      <Sentences title={texts.remedies} lines={why.remedies.map((remedy) => remedy.sentence)} />
      <Sentences title={texts.alternatives} lines={why.crews.map((crew) => crew.sentence)} />
    </Panel>
  );
}

function Sentences({ title, lines }: { title: string; lines: readonly string[] }): React.JSX.Element | null {
  if (lines.length === 0) return null;
  return (
    <details className="small">
      <summary>{title}</summary>
      <ul>
        {lines.map((line) => (
          <li key={line}>· {line}</li>
        ))}
      </ul>
    </details>
  );
}
