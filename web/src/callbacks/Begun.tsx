/** The call that is being made: numbers, questions answered with Y and N, and what comes of it. */

import { useEffect, useId, useState } from "react";

import { label, useWords } from "../i18n";
import { Channel } from "../api/labels.gen";
import type { Schemas } from "../api/client";
import { Button, Field, Panel } from "../kit/pieces";
import { complain, say } from "../kit/toast";
import { hm } from "../lib/format";
import { useKeys } from "../lib/keys";
import { following, isField, outcomeOf, toggled, tooLong, type FieldName, type Outcome, type Said } from "./answers";
import { answer, miss, useKeyOf, type Begun as Calling } from "./calls";
import { History } from "./Preview";
import { callbackWords } from "./words";

/** What was written down of calls that were left before their end; in memory only. */
const drafts = new Map<string, { said: Said; text: string }>();

const TONES: Record<Outcome, string> = { nothing: "soft", again: "callback-again", closes: "callback-closes" };

function focusOn(field: FieldName | "text"): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-callback="${field}"]`)?.focus());
}

export function Begun({ begun, onOver }: { begun: Calling; onOver: () => void }): React.JSX.Element {
  const texts = useWords(callbackWords);
  const { ticket, questions } = begun.visit;
  const [said, setSaid] = useState<Said>(drafts.get(ticket.id)?.said ?? {});
  const [text, setText] = useState(drafts.get(ticket.id)?.text ?? "");
  useEffect(() => {
    drafts.set(ticket.id, { said, text });
  }, [ticket.id, said, text]);
  const fields = questions.map((question) => question.field).filter(isField);
  const { submit, missed, busy, asked } = useEnding(begun, said, text, onOver);
  const [first] = fields;
  useEffect(() => {
    if (first !== undefined) focusOn(first);
  }, [first]);
  useKeys({ "Ctrl+Enter": submit, F4: missed, Escape: onOver });
  const tell = (field: FieldName, value: boolean): void => {
    const after = toggled(said, field, value);
    setSaid(after);
    if (after[field] !== undefined) focusOn(following(fields, field, after) ?? "text");
  };
  const outcome = outcomeOf(said);
  const over = tooLong(text);
  return (
    <Panel title={`${ticket.ticket_no} · ${ticket.address ?? ""}`} className="grow scroll">
      <Numbers begun={begun} />
      <section className="stack" aria-label={texts.questions}>
        <h3>{texts.questions}</h3>
        {questions.map((question) => (isField(question.field) ? <Question key={question.field} question={question} field={question.field} value={said[question.field]} onSay={tell} /> : null))}
      </section>
      <Field label={texts.text} wrong={over > 0 ? texts.long(over) : null}>
        {(props) => <textarea {...props} data-callback="text" rows={3} value={text} onChange={(event) => setText(event.target.value)} />}
      </Field>
      <p className={outcome === "nothing" && asked ? "wrong" : TONES[outcome]} role={asked ? "alert" : undefined}>
        {texts[outcome]}
      </p>
      <p className="row wrap">
        <Button tone="main" keyName="Ctrl+Enter" disabled={busy} onClick={submit}>
          {texts.submit}
        </Button>
        <Button keyName="F4" disabled={busy} onClick={missed}>
          {texts.missed}
        </Button>
        <Button keyName="Esc" onClick={onOver}>
          {texts.leave}
        </Button>
      </p>
      <History visit={begun.visit} />
    </Panel>
  );
}

interface Ending {
  submit: () => void;
  missed: () => void;
  busy: boolean;
  asked: boolean; // tried to end it without an answer
}

/** Ends the call. What is refused leaves everything as it was written. */
function useEnding(begun: Calling, said: Said, text: string, onOver: () => void): Ending {
  const texts = useWords(callbackWords);
  const keyOf = useKeyOf();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const { ticket } = begun.visit;
  const end = async (act: () => Promise<string>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    try {
      say("ok", await act());
      onOver();
      drafts.delete(ticket.id);
    } catch (error) {
      complain(error);
      setBusy(false);
    }
  };
  const submit = (): void => {
    setAsked(true);
    if (tooLong(text) > 0) focusOn("text");
    else if (outcomeOf(said) !== "nothing") {
      void end(async () => {
        const after = await answer(keyOf(JSON.stringify([said, text])), ticket, said, text);
        return after.stage === "closed" ? texts.doneClosed(ticket.ticket_no) : texts.doneAgain(ticket.ticket_no);
      });
    }
  };
  const missed = (): void => {
    if (tooLong(text) > 0) focusOn("text");
    else {
      void end(async () => {
        const after = await miss(keyOf(`missed ${text}`), ticket, text);
        return after.stage === "closed" ? texts.doneClosed(ticket.ticket_no) : texts.doneMissed(ticket.ticket_no, after.callback_attempts ?? 0);
      });
    }
  };
  return { submit, missed, busy, asked };
}

function Numbers({ begun }: { begun: Calling }): React.JSX.Element {
  const texts = useWords(callbackWords);
  return (
    <section className="stack callback-numbers" aria-label={texts.numbers}>
      <h3>
        {texts.numbers} <span className="small soft">{texts.numbersNote}</span>
      </h3>
      <ul>
        {begun.contacts.map((contact) => (
          <li key={contact.call_id} className="row">
            <strong className="number">{contact.phone}</strong>
            <span className="soft">
              {label(Channel, contact.channel)} {hm(contact.at)}
            </span>
          </li>
        ))}
      </ul>
      <p className="small soft">{texts.heldUntil(hm(begun.held_until))}</p>
    </section>
  );
}

interface QuestionProps {
  question: Schemas["QuestionShown"];
  field: FieldName;
  value: boolean | undefined;
  onSay: (field: FieldName, value: boolean) => void;
}

/** One question; Y and N answer it wherever in it the focus is. */
function Question({ question, field, value, onSay }: QuestionProps): React.JSX.Element {
  const texts = useWords(callbackWords);
  const id = useId();
  const pressed = (event: React.KeyboardEvent): void => {
    const said = { y: true, n: false }[event.key.toLowerCase()];
    if (said === undefined || event.ctrlKey) return;
    event.preventDefault();
    onSay(field, said);
  };
  return (
    <div className="callback-question" role="group" aria-labelledby={id} onKeyDown={pressed} data-value={value === undefined ? "" : String(value)}>
      <p id={id} lang="zh-CN" className="grow">
        {question.words} {question.record === "" ? null : <span className="small soft">{texts.record(question.record)}</span>}
      </p>
      <button type="button" className="button" data-callback={field} aria-pressed={value === true} onClick={() => onSay(field, true)}>
        {value === true ? "✓ " : ""}
        {texts.yes} <kbd aria-hidden="true">Y</kbd>
      </button>
      <button type="button" className="button" aria-pressed={value === false} onClick={() => onSay(field, false)}>
        {value === false ? "✓ " : ""}
        {texts.no} <kbd aria-hidden="true">N</kbd>
      </button>
    </div>
  );
}
