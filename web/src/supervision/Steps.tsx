/** 督办, 升级, 催办, 解除挂起: the buttons of whoever has the right, and their dialogs. The queues and the ticket's page share them. */

import { useState } from "react";

import { lay } from "../api/board";
import { answered, api, type Schemas, type Ticket } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { once, useDone } from "../forms/act";
import type { Asked } from "../forms/Ask";
import { FormDialog, type Values } from "../forms/FormDialog";
import { useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { optionsOf } from "../tables/options";
import { supervisionWords } from "./words";

export type What = "supervise" | "escalate" | "chase" | "resume";
export type Doing = { ticket: Ticket; what: What } | null;

/** What may be done about a ticket as it stands: an ended one is left alone, a draft chases nobody. */
export function actsOn(ticket: Ticket): What[] {
  if (ticket.stage === "closed" || ticket.stage === "cancelled") return [];
  const acts: What[] = ["supervise", ...(ticket.stage === "draft" ? [] : ["chase" as const]), "escalate"];
  return ticket.flags?.suspended === true ? [...acts, "resume"] : acts;
}

/** The same for a ticket that stands alone on the page. */
export function Steps({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const [doing, setDoing] = useState<Doing>(null);
  return (
    <>
      <Acts ticket={ticket} acts={actsOn(ticket)} act={setDoing} />
      {doing === null ? null : <DoStep doing={{ ...doing, ticket }} onClose={() => setDoing(null)} />}
    </>
  );
}

export function Acts({ ticket, acts, act }: { ticket: Ticket; acts: readonly What[]; act: (doing: Doing) => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const me = useMe();
  return (
    <span className="row">
      {acts.map((what) =>
        may(me, `ticket.${what}`) ? (
          <Button key={what} aria-label={`${texts[what]} ${ticket.ticket_no}`} onClick={() => act({ ticket, what })}>
            {texts[what]}
          </Button>
        ) : null,
      )}
    </span>
  );
}

export function DoStep({ doing, onClose }: { doing: NonNullable<Doing>; onClose: () => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const done = useDone("supervisions", "warnings", "ticket");
  const { ticket, what } = doing;
  const said = { supervise: texts.supervised, escalate: texts.escalated, chase: texts.chasedDone, resume: texts.resumed };
  return (
    <FormDialog
      title={`${texts[what]} ${ticket.ticket_no}`}
      fields={useQuestions(what)}
      initial={what === "supervise" ? { addressee: "county_director" } : {}}
      onClose={onClose}
      onSend={async (values, key) => {
        lay(await send(ticket, what, values, key));
        done(said[what]);
      }}
    />
  );
}

function useQuestions(what: What): Asked[] {
  const texts = useWords(supervisionWords);
  const text: Asked = { name: "text", label: texts.text, kind: "text", most: 500 };
  switch (what) {
    case "supervise":
      return [
        { name: "reason", label: texts.reason, kind: "text", required: true, most: 200 },
        { name: "addressee", label: texts.addressee, kind: "one", options: optionsOf(names.Addressee), required: true },
        { name: "copies", label: texts.copies, kind: "many", options: optionsOf(names.Addressee) },
      ];
    case "escalate":
      return [{ name: "reason", label: texts.reason, kind: "one", options: optionsOf(names.EscalationReason), required: true }, text];
    case "chase":
      return [text];
    default:
      return [{ ...text, required: true }];
  }
}

function send(ticket: Ticket, what: What, values: Values, key: string): Promise<Ticket> {
  const params = { path: { ticket_id: ticket.id }, header: once(key) };
  const { version } = ticket;
  const text = String(values.text ?? "");
  switch (what) {
    case "supervise": {
      const addressee = values.addressee as Schemas["Addressee"];
      const copies = (values.copies ?? []) as Schemas["Addressee"][];
      return answered(api.POST("/api/v1/tickets/{ticket_id}/supervise", { params, body: { version, reason: String(values.reason), addressee, copies } }));
    }
    case "escalate":
      return answered(api.POST("/api/v1/tickets/{ticket_id}/escalate", { params, body: { version, reason: values.reason as Schemas["EscalationReason"], text } }));
    case "chase":
      return answered(api.POST("/api/v1/tickets/{ticket_id}/chase", { params, body: { version, text } }));
    default:
      return answered(api.POST("/api/v1/tickets/{ticket_id}/resume", { params, body: { version, text } }));
  }
}
