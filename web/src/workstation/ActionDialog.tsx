/** The form of an action, made from the table of forms; what the server refuses stands at its field, nothing typed is lost. */

import { useEffect, useRef, useState } from "react";

import { useTicket } from "../api/board";
import { ApiError } from "../api/errors";
import { Stage } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { saying } from "../kit/toast";
import { now } from "../lib/clock";
import { useStore } from "../lib/store";
import { asking, carryOut, type Asking } from "./act";
import { actionOf, suits, type ActionName } from "./actions";
import { actionWords } from "./actionWords";
import { FormInput, useLack } from "./FormFields";
import { begin, FORMS, lacks, type FormField, type Values } from "./forms";
import { ReplyCheck } from "./ReplyCheck";
import { select } from "./selection";
import { useStanding } from "./standing";

const APPROVAL: readonly FormField[] = [
  { name: "approver", kind: "line", must: true, max: 60 },
  { name: "approval", kind: "long", must: true, max: 200 },
];
const SENT_WITH: readonly FormField[] = [{ name: "crew_id", kind: "crew" }];

export function ActionDialog(): React.JSX.Element | null {
  const asked = useStore(asking);
  return asked === null ? null : <Form key={`${asked.name}-${asked.ticket.id}`} asked={asked} />;
}

function fieldsOf({ name, approval }: Asking): readonly FormField[] {
  const own = FORMS[name] ?? (name === "dispatch" ? SENT_WITH : []);
  return approval === undefined ? own : [...own, ...APPROVAL];
}

interface Filling {
  values: Values;
  change: (name: string, value: string) => void;
  wrong: { field: string | null; text: string } | null;
  tried: boolean;
  busy: boolean;
  send: () => void;
}

/** What is typed, and its sending; a named approval that turns out to be needed is asked for in the same form. */
function useFilling(asked: Asking, fields: readonly FormField[]): Filling {
  const [values, setValues] = useState<Values>(() => begin(fields, asked.ticket, now(), asked.preset));
  const [wrong, setWrong] = useState<Filling["wrong"]>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const live = useTicket(asked.ticket.id);
  const send = (): void => {
    setTried(true);
    if (Object.keys(lacks(fields, values)).length > 0) return;
    setBusy(true);
    carryOut(asked.name, live ?? asked.ticket, values)
      .then(() => asking.set(null))
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.code === "ApprovalNeeded") asking.set({ ...asked, approval: error.message });
        setWrong({ field: error instanceof ApiError ? error.field : null, text: saying(error) });
      })
      .finally(() => setBusy(false));
  };
  const change = (name: string, value: string): void => {
    setWrong(null);
    setValues((before) => ({ ...before, [name]: value }));
  };
  return { values, change, wrong, tried, busy, send };
}

function Form({ asked }: { asked: Asking }): React.JSX.Element {
  const texts = useWords(actionWords);
  const action = actionOf(asked.name);
  const fields = fieldsOf(asked);
  const filling = useFilling(asked, fields);
  const standing = useStanding(asked.ticket.id);
  useEffect(() => select(asked.ticket.id), [asked.ticket.id]);
  const place = `${asked.ticket.ticket_no} ${asked.ticket.address ?? ""}`;
  return (
    <Dialog
      title={`${texts.names[asked.name]} · ${place}`}
      onClose={() => asking.set(null)}
      onConfirm={filling.send}
      confirm={texts.names[asked.name]}
      busy={filling.busy || standing.stale}
      risky={action.risky ?? false}
    >
      {standing.stale ? <p className="warned" role="alert">▲ {texts.blocked.stale}</p> : null}
      <Changed asked={asked} />
      <Hint name={asked.name} />
      {asked.approval === undefined ? null : (
        <p className="warned" role="alert">
          ▲ {texts.approvalNeeded}:{asked.approval}
        </p>
      )}
      <Fields asked={asked} fields={fields} filling={filling} />
      {asked.name === "reply" ? <ReplyCheck ticket={asked.ticket} values={filling.values} /> : null}
    </Dialog>
  );
}

function Fields({ asked, fields, filling }: { asked: Asking; fields: readonly FormField[]; filling: Filling }): React.JSX.Element {
  const told = useLack();
  const { values, wrong } = filling;
  const lacking = filling.tried ? lacks(fields, values) : {};
  const shown = fields.filter((field) => field.shown?.(values) !== false);
  const first = shown.find((field) => field.kind !== "instant" && !values[field.name]);
  const homeless = wrong !== null && !shown.some((field) => field.name === wrong.field);
  return (
    <>
      {shown.map((field) => (
        <FormInput
          key={field.name}
          field={field}
          ticket={asked.ticket}
          first={field === first}
          value={values[field.name] ?? ""}
          wrong={wrong?.field === field.name ? wrong.text : told(field, lacking[field.name])}
          onChange={(value) => filling.change(field.name, value)}
        />
      ))}
      {homeless ? (
        <p className="refused" role="alert">
          ✖ {wrong.text}
        </p>
      ) : null}
    </>
  );
}

/** Somebody else moved the ticket while the form was open. */
function Changed({ asked }: { asked: Asking }): React.JSX.Element | null {
  const texts = useWords(actionWords);
  const live = useTicket(asked.ticket.id);
  const first = useRef(asked.ticket.version);
  if (live === undefined || live.version === first.current || suits(actionOf(asked.name), live)) return null;
  return (
    <p className="warned" role="alert">
      ▲ {texts.changed(label(Stage, live.stage))}
    </p>
  );
}

function Hint({ name }: { name: ActionName }): React.JSX.Element | null {
  const texts = useWords(actionWords);
  const hints: Partial<Record<ActionName, string>> = {
    phoneArrive: texts.phoneMark,
    phoneDone: texts.phoneMark,
    phone: texts.phoneMark,
    merge: texts.merging,
    cancel: texts.cancelAsk,
    replyChildren: texts.childrenAsk,
  };
  const hint = hints[name];
  return hint === undefined ? null : <p className="soft small">{hint}</p>;
}
