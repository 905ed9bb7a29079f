/** Pins and vetoes: which crew a waiting ticket is kept for, or kept from, who said so and why. */

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas, type Ticket } from "../api/client";
import { may, useMe } from "../api/session";
import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { Button, Field, Panel, Tag } from "../kit/pieces";
import { complain, say } from "../kit/toast";
import { hm } from "../lib/format";
import { Store, useStore } from "../lib/store";
import { CrewChoice } from "./FormFields";
import { WAITING } from "./queue";
import { useWishes } from "./queries";
import { useStale } from "./standing";
import { useKey } from "./useKey";
import { deskWords } from "./words";

/** A planned bar was dropped on a crew's row: the ticket is to be kept for it. */
export const pinning = new Store<{ ticket: Ticket; crewId: string } | null>(null);

export function Pinning(): React.JSX.Element | null {
  const asked = useStore(pinning);
  return asked === null ? null : <Say ticket={asked.ticket} saying={{ kind: "pin", crewId: asked.crewId }} onClose={() => pinning.set(null)} />;
}

type Wish = Schemas["WishShown"];
type Saying = { kind: "pin" | "veto"; crewId: string } | { kind: "undo"; wish: Wish };

export function Wishes({ ticket }: { ticket: Ticket }): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const me = useMe();
  const { data } = useWishes(ticket);
  const stale = useStale();
  const [saying, setSaying] = useState<Saying | null>(null);
  const waits = WAITING.has(ticket.stage);
  const wishes = data?.wishes ?? [];
  if (wishes.length === 0 && !waits) return null;
  return (
    <Panel title={texts.wishes}>
      <ul className="stack small">
        {wishes.map((wish) => (
          <li key={wish.id} className="row wrap">
            <Tag tone={wish.undone_at ? "plain" : "note"}>{wish.kind === "pin" ? texts.pin : texts.veto}</Tag>
            {wish.crew_name ?? wish.crew_id} · {wish.reason} · {hm(wish.set_at)}
            {wish.undone_at ? <span className="soft">{texts.undone}</span> : null}
            {wish.undone_at === null && may(me, "ticket.pin") ? <Button disabled={stale} onClick={() => setSaying({ kind: "undo", wish })}>{texts.undoWish}</Button> : null}
          </li>
        ))}
      </ul>
      {waits && may(me, "ticket.pin") ? (
        <div className="row">
          <Button disabled={stale} onClick={() => setSaying({ kind: "pin", crewId: "" })}>{texts.pin}</Button>
          <Button disabled={stale} onClick={() => setSaying({ kind: "veto", crewId: "" })}>{texts.veto}</Button>
        </div>
      ) : null}
      {saying === null ? null : <Say ticket={ticket} saying={saying} onClose={() => setSaying(null)} />}
    </Panel>
  );
}

function said(ticket: Ticket, saying: Saying, crewId: string, reason: string, key: string): Promise<unknown> {
  const path = { ticket_id: ticket.id };
  const header = { "Idempotency-Key": key };
  if (saying.kind === "undo") {
    return answered(api.POST("/api/v1/tickets/{ticket_id}/wishes/{wish_id}/undo", { params: { path: { ...path, wish_id: saying.wish.id } }, body: { reason } }));
  }
  const body = { crew_id: crewId, reason };
  return saying.kind === "pin"
    ? answered(api.POST("/api/v1/tickets/{ticket_id}/pin", { params: { path, header }, body }))
    : answered(api.POST("/api/v1/tickets/{ticket_id}/veto", { params: { path, header }, body }));
}

function Say({ ticket, saying, onClose }: { ticket: Ticket; saying: Saying; onClose: () => void }): React.JSX.Element {
  const texts = useWords(deskWords);
  const queries = useQueryClient();
  const [crewId, setCrewId] = useState(saying.kind === "undo" ? saying.wish.crew_id : saying.crewId);
  const [reason, setReason] = useState("");
  const keyOf = useKey();
  const [busy, setBusy] = useState(false);
  const confirm = (): void => {
    setBusy(true);
    said(ticket, saying, crewId, reason, keyOf([crewId, reason]))
      .then(() => Promise.all(["wishes", "why", "plans"].map((what) => queries.invalidateQueries({ queryKey: [what] }))))
      .then(() => {
        say("ok", texts.wished);
        onClose();
      }, complain)
      .finally(() => setBusy(false));
  };
  const title = saying.kind === "undo" ? texts.undoWish : saying.kind === "pin" ? texts.pin : texts.veto;
  return (
    <Dialog title={`${title} · ${ticket.ticket_no}`} onClose={onClose} onConfirm={confirm} busy={busy || crewId === "" || reason.trim().length < 2}>
      {saying.kind === "undo" ? null : (
        <Field label={texts.crew}>{(props) => <CrewChoice {...props} ticket={ticket} value={crewId} onChange={setCrewId} />}</Field>
      )}
      <Field label={texts.wishWhy} text={reason} most={200}>
        {(props) => <textarea {...props} rows={3} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
    </Dialog>
  );
}
