/** The customer's telephone: masked; shown in full only on a click, which the server keeps in its audit. */

import { useState } from "react";

import { answered, api, type Schemas, type Ticket } from "../api/client";
import { may, useMe } from "../api/session";
import { useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { complain } from "../kit/toast";
import { full } from "../lib/format";
import { ticketWords } from "./words";

export function Contact({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const me = useMe();
  const [calls, setCalls] = useState<readonly Schemas["ContactCall"][] | null>(null);
  const ask = (): void => {
    answered(api.GET("/api/v1/tickets/{ticket_id}/contact", { params: { path: { ticket_id: ticket.id } } })).then((found) => setCalls(found.calls), complain);
  };
  return (
    <div className="stack">
      <span className="row wrap">
        <span className="soft">{texts.fields.phone}</span>
        {calls === null ? <span>{ticket.phone_masked || "—"}</span> : null}
        {may(me, "ticket.contact") ? <Button onClick={calls === null ? ask : () => setCalls(null)}>{calls === null ? texts.unmask : texts.mask}</Button> : null}
      </span>
      {calls?.map((call) => (
        <span key={call.call_id} className="row">
          <strong>{call.phone}</strong> <span className="soft small">{full(call.at)}</span>
        </span>
      ))}
    </div>
  );
}
