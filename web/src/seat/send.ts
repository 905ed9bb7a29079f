/** Sends what the form holds and empties it for the next call; what is refused comes back into it, what finds nobody waits. */

import { useState } from "react";

import { ApiError } from "../api/errors";
import { words } from "../i18n";
import { complain, say, saying } from "../kit/toast";
import { freshKey } from "../lib/once";
import { focus, form, renew } from "./desk";
import { bodyOf, isEmpty, nextOf, type FieldName, type Form, type Known } from "./form";
import { callAt, outbox, type CallOrder, type Sent } from "./sending";
import { seatWords } from "./words";

const PATIENCE_MS = 3_000; // longer than that nobody waits for an answer: the call waits by itself

/** Which field of ours bears what the server calls so. */
const FIELDS: Readonly<Record<string, FieldName>> = {
  phone: "phone", address: "detail", place: "place", place_code: "place", county: "place", account_no: "place",
  symptom: "kind", category: "kind", symptom_text: "notes",
};

interface Sending {
  send: () => Promise<void>;
  sending: boolean;
  refused: (field: FieldName) => string | null;
}

interface Refusal {
  form: Form; // what was refused: once it is changed the word no longer holds
  field: FieldName;
  text: string;
}

function patience(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
}

/** Shows the end of a call. The cursor stays in the number: the next caller's digits are no answer to "which place?". */
function ended(order: CallOrder): void {
  const texts = words(seatWords);
  const { answer } = order;
  if (answer === null) return;
  say("ok", texts.sentToast(answer.ticket.ticket_no));
  if (answer.refused !== null) complain(answer.refused);
}

export function useSend(known: Known | undefined): Sending {
  const [underWay, setUnderWay] = useState(0);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const refuse = (order: CallOrder): void => {
    complain(order.error);
    if (!isEmpty(form.get())) return; // the next call is being taken: this one stays among those that were refused
    outbox.drop(order.key);
    form.set(order.sent.form);
    const field = order.error instanceof ApiError ? FIELDS[order.error.field ?? ""] : undefined;
    if (field === undefined) return;
    setRefusal({ form: order.sent.form, field, text: saying(order.error) });
    focus(field);
  };
  const send = async (): Promise<void> => {
    const key = freshKey();
    const sent = sentOf(form.get(), known);
    setUnderWay((n) => n + 1);
    const delivery = outbox.send(key, sent);
    renew();
    const order = await Promise.race([delivery, patience()]);
    setUnderWay((n) => n - 1);
    if (order?.state === "refused") refuse(order);
    else if (order?.state === "done") ended(order);
    else {
      outbox.slow(key);
      say("warn", words(seatWords).queued);
    }
  };
  const refused = (field: FieldName): string | null => (refusal !== null && refusal.field === field && refusal.form === form.get() ? refusal.text : null);
  return { send, sending: underWay > 0, refused };
}

function sentOf(held: Form, known: Known | undefined): Sent {
  return {
    form: held,
    body: bodyOf(held, known, callAt(held.begunMs)),
    next: nextOf(held, known, words(seatWords).selfCheckSaid),
    spentS: held.openedMs === null ? 0 : (performance.now() - held.openedMs) / 1000,
  };
}
