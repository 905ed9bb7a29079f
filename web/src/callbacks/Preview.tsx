/** The customer who is selected, before the call: what happened, and from when one may call. */

import { useMe } from "../api/session";
import { useWords } from "../i18n";
import { Button, Panel } from "../kit/pieces";
import { full } from "../lib/format";
import type { Visit } from "./calls";
import { callbackWords } from "./words";

interface Props {
  visit: Visit | undefined;
  busy: boolean;
  onBegin: (id: string) => void;
}

export function Preview({ visit, busy, onBegin }: Props): React.JSX.Element {
  const texts = useWords(callbackWords);
  const me = useMe().account.id;
  if (visit === undefined) {
    return (
      <Panel title={texts.title} className="grow">
        <p className="soft">{texts.choose}</p>
      </Panel>
    );
  }
  const { ticket } = visit;
  return (
    <Panel title={`${ticket.ticket_no} · ${ticket.address ?? ""}`} className="grow scroll">
      <p className="row">
        <Button tone="main" keyName="Enter" disabled={busy || !visit.due} onClick={() => onBegin(ticket.id)}>
          {texts.begin}
        </Button>
        {visit.due ? null : <span className="soft">{texts.from(full(visit.call_at))}</span>}
        {visit.seat === null || visit.seat === me ? null : <span className="soft">▲ {texts.held}</span>}
      </p>
      <History visit={visit} />
    </Panel>
  );
}

export function History({ visit }: { visit: Visit }): React.JSX.Element {
  const texts = useWords(callbackWords);
  return (
    <section className="stack" aria-label={texts.history}>
      <h3>{texts.history}</h3>
      <ol className="callback-history">
        {visit.history.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
    </section>
  );
}
