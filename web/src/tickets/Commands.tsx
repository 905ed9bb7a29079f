/** What may be done from a ticket's page: what supervisors may do, and a note; an appeal against its judgement stands with the judgement. */

import { useState } from "react";

import { lay } from "../api/board";
import { answered, api, type Schemas, type Ticket } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { once, useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { Steps } from "../supervision/Steps";
import { optionsOf } from "../tables/options";
import { ticketWords } from "./words";

export function Commands({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const me = useMe();
  const done = useDone("ticket");
  const [open, setOpen] = useState(false);
  return (
    <div className="row wrap no-print">
      <Steps ticket={ticket} />
      {may(me, "ticket.note") ? <Button onClick={() => setOpen(true)}>{texts.note}</Button> : null}
      {open ? (
        <FormDialog
          title={`${texts.note} ${ticket.ticket_no}`}
          fields={[
            { name: "note", label: texts.noteKind, kind: "one", options: optionsOf(names.NoteKind), required: true },
            { name: "text", label: texts.noteText, kind: "text", required: true, most: 500 },
          ]}
          initial={{ note: "other" }}
          onClose={() => setOpen(false)}
          onSend={async ({ note, text }, key) => {
            const body = { note: note as Schemas["NoteKind"], text: String(text ?? ""), version: ticket.version };
            lay(await answered(api.POST("/api/v1/tickets/{ticket_id}/note", { params: { path: { ticket_id: ticket.id }, header: once(key) }, body })));
            done(texts.noted);
          }}
        />
      ) : null}
    </div>
  );
}
