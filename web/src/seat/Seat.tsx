/** 受理: a call is written down, looked into and sent, without a mouse. */

import { useEffect, useState } from "react";

import { useWords } from "../i18n";
import { say } from "../kit/toast";
import { useKeys } from "../lib/keys";
import { useStore } from "../lib/store";
import { Answers, Waiting } from "./Answers";
import { Notices, SeatFoot, SeatHead } from "./Bars";
import { Caller } from "./Caller";
import { choose, clear, cleared, edit, focus, form, turnToAnswers, undo } from "./desk";
import { Findings } from "./Findings";
import { faultsOf, isEmpty, needsDecision, planOf, plansOf, urgencyOf, type Fault, type FieldName, type Form, type Known, type Plan, type Relation } from "./form";
import { INNER, matching } from "./kinds";
import { History, NearTickets, OwnTickets } from "./Lists";
import { useKnown, useOpen } from "./lookup";
import { isUntouched, useLastSaid } from "./saying";
import "./seat.css";
import { useSend } from "./send";
import { kindName, Trouble, URGENCIES } from "./Trouble";
import { seatWords } from "./words";

const RELATIONS: readonly Relation[] = ["same", "dark", "other"];

function after<T>(all: readonly T[], one: T): T {
  return all[(all.indexOf(one) + 1) % all.length] ?? one;
}

export default function Seat(): React.JSX.Element {
  const texts = useWords(seatWords);
  const held = useStore(form);
  const known = useKnown(held);
  const open = useOpen(held);
  const said = useLastSaid();
  const { send, sending, refused } = useSend(known);
  const [asked, setAsked] = useState<Form | null>(null); // as it was when it was to be sent and could not
  const [warned, setWarned] = useState<Form | null>(null); // the seat was told that nobody need come
  const faults = asked === null ? [] : faultsOf(held, planOf(held, known));
  const empty = isEmpty(held);
  const submit = (): void => {
    if (empty) return;
    const whole = withKind(held, texts.inner);
    const found = faultsOf(whole, planOf(whole, known));
    const [first] = found;
    setAsked(first === undefined ? null : whole);
    if (first !== undefined) focus(first.field);
    else if (needsDecision(whole, known) && warned !== whole) {
      setWarned(whole);
      say("warn", texts.decide);
    } else void send();
  };
  useEffect(() => focus("phone"), []); // at first; who logs in again finds the cursor where it was
  useSeatKeys(held, known, open.own.length > 0, submit, () => setAsked(null));
  const wrong = (field: FieldName): string | null => refused(field) ?? told(faults, field, texts.faults);
  return (
    <div className="screen seat">
      <SeatHead />
      <main id="content" className="grow columns">
        <h1 className="only-read">{texts.title}</h1>
        <Caller form={held} known={known} wrong={wrong}>
          <OwnTickets open={open} />
          <History form={held} open={open} />
        </Caller>
        <Trouble form={held} known={known} wrong={wrong} open={open.own.length > 0}>
          <NearTickets form={held} open={open} />
        </Trouble>
        <Findings form={held} known={known} started={!empty} said={empty || isUntouched(held) ? said : null}>
          <Waiting />
          <Answers />
        </Findings>
      </main>
      <Notices />
      <SeatFoot sending={sending} />
    </div>
  );
}

/** A kind that was typed and not yet taken is the first that it may mean. */
function withKind(held: Form, inner: string): Form {
  const meant = held.kind === null && held.typed.trim() !== "" ? matching(held.typed, (one) => kindName(one, inner))[0] : undefined;
  if (meant === undefined) return held;
  choose(meant.digit);
  return form.get();
}

type FaultTexts = { [code in Exclude<Fault["code"], "long">]: string } & { long: (over: number) => string };

function told(faults: readonly Fault[], field: FieldName, texts: FaultTexts): string | null {
  const fault = faults.find((one) => one.field === field);
  if (fault === undefined) return null;
  return fault.code === "long" ? texts.long(fault.over) : texts[fault.code];
}

function useSeatKeys(held: Form, known: Known | undefined, related: boolean, submit: () => void, forgive: () => void): void {
  const lost = useStore(cleared);
  const plans: readonly Plan[] = plansOf(held, known);
  useKeys({
    "Ctrl+Enter": submit,
    F1: () => focus("phone"),
    F2: () => edit({ plan: after(plans, planOf(held, known)) }),
    F3: () => focus("place"),
    F4: () => choose(INNER),
    F7: () => (related ? edit({ relation: after(RELATIONS, held.relation) }) : undefined),
    F8: () => edit({ urgency: after(URGENCIES, urgencyOf(held, known)) }),
    F9: turnToAnswers,
    Escape: () => {
      forgive();
      clear();
    },
    ...(lost === null || !isEmpty(held) ? {} : { "Ctrl+z": undo }),
  });
}
