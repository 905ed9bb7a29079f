/** ② What is wrong: kind of fault, notes with phrases, who is to be rung, how urgent it is. */

import { useId, useLayoutEffect, useRef, useState } from "react";

import { label, useWords } from "../i18n";
import { Category, Protected, Symptom } from "../api/labels.gen";
import type { Schemas } from "../api/client";
import { Field, Panel } from "../kit/pieces";
import { composing as isComposing } from "../lib/keys";
import { choose, edit } from "./desk";
import { lengthOf, MOST, textOf, urgencyOf, type Form } from "./form";
import { KINDS, kindOf, matching, type Kind, type Urgency } from "./kinds";
import { PHRASES, spelledOut } from "./phrases";
import type { PartProps } from "./Caller";
import { seatWords } from "./words";

const CATEGORIES = Object.keys(Category) as Schemas["Category"][];
const LABELS = Object.keys(Protected) as Schemas["Protected"][];
export const URGENCIES: readonly Urgency[] = ["normal", "urgent", "hazard"];

export function Trouble({ form, known, wrong, open, children }: PartProps & { open: boolean; children: React.ReactNode }): React.JSX.Element {
  const texts = useWords(seatWords);
  return (
    <Panel title={texts.trouble} className="column">
      <KindField form={form} wrong={wrong("kind")} />
      {kindOf(form.kind)?.inner ? <Inner form={form} wrong={wrong("told")} /> : null}
      <Notes form={form} wrong={wrong("notes")} />
      <div className="row seat-two">
        <Field label={texts.contact} wrong={wrong("contact")}>
          {(props) => (
            <input
              {...props}
              data-seat="contact"
              inputMode="tel"
              autoComplete="off"
              placeholder={form.phone}
              title={texts.contactHint}
              value={form.contact}
              onChange={(event) => edit({ contact: event.target.value })}
            />
          )}
        </Field>
        <Choice name={texts.category} value={form.category ?? kindOf(form.kind)?.category ?? ""} options={CATEGORIES.map((one) => [one, label(Category, one)])} onChange={(value) => edit({ category: value === "" ? null : (value as Schemas["Category"]) })} empty={texts.none} />
        <Choice name={texts.protected} value={form.protected ?? ""} options={LABELS.map((one) => [one, label(Protected, one)])} onChange={(value) => edit({ protected: value === "" ? null : (value as Schemas["Protected"]) })} empty={texts.none} />
      </div>
      <Urgent form={form} value={urgencyOf(form, known)} />
      {open ? <Related form={form} /> : null}
      {children}
    </Panel>
  );
}

interface ChoiceProps {
  name: string;
  value: string;
  options: readonly (readonly [string, string])[];
  empty: string;
  onChange: (value: string) => void;
}

function Choice({ name, value, options, empty, onChange }: ChoiceProps): React.JSX.Element {
  return (
    <Field label={name}>
      {(props) => (
        <select {...props} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{empty}</option>
          {options.map(([code, text]) => (
            <option key={code} value={code}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** What a kind is called; `inner`: the word for what lies behind the meter. */
export function kindName(one: Kind, inner: string): string {
  return one.inner ? inner : label(Symptom, one.symptom);
}

/** One digit chooses; letters narrow the list down and Enter takes what is marked. */
function KindField({ form, wrong }: { form: Form; wrong: string | null }): React.JSX.Element {
  const texts = useWords(seatWords);
  const list = useId();
  const [active, setActive] = useState(0);
  const nameOf = (one: Kind): string => kindName(one, texts.inner);
  const options = matching(form.typed, nameOf);
  const chosen = kindOf(form.kind);
  const marked = Math.min(active, options.length - 1);
  const typed = (text: string, composing: boolean): void => {
    const digit = text.normalize("NFKC").trim();
    if (!composing && kindOf(digit) !== undefined) choose(digit);
    else edit({ typed: text.slice(0, 20) });
    setActive(0);
  };
  const pressed = (event: React.KeyboardEvent): void => {
    if (isComposing(event) || event.ctrlKey) return;
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const under = options[marked]?.digit;
    if (by !== undefined) setActive((marked + by + options.length) % Math.max(1, options.length));
    else if (event.key === "Enter") choose((form.typed === "" && active === 0 ? (form.kind ?? under) : under) ?? "");
    else return;
    event.preventDefault();
  };
  return (
    <>
      <Field label={texts.type} wrong={wrong}>
        {(props) => (
          <input
            {...props}
            data-seat="kind"
            role="combobox"
            aria-expanded="true"
            aria-controls={list}
            aria-activedescendant={options.length > 0 ? `${list}-${options[marked]?.digit ?? ""}` : undefined}
            autoComplete="off"
            value={form.typed}
            placeholder={chosen === undefined ? "1" : `${chosen.digit} ${nameOf(chosen)}`}
            onChange={(event) => typed(event.target.value, (event.nativeEvent as InputEvent).isComposing)}
            onCompositionEnd={(event) => typed(event.currentTarget.value, false)}
            onKeyDown={pressed}
          />
        )}
      </Field>
      <ul id={list} role="listbox" aria-label={texts.type} className="kinds">
        {KINDS.map((one) => (
          <li
            key={one.digit}
            id={`${list}-${one.digit}`}
            role="option"
            aria-selected={form.kind === one.digit}
            aria-disabled={!options.includes(one)}
            className={`kind ${options[marked] === one && form.typed !== "" ? "marked" : ""}`}
            onMouseDown={(event) => {
              event.preventDefault();
              choose(one.digit);
            }}
          >
            <b className="digit">{one.digit}</b> {nameOf(one)} {one.urgency === "hazard" ? "▲▲" : ""}
          </li>
        ))}
      </ul>
    </>
  );
}

function Notes({ form, wrong }: { form: Form; wrong: string | null }): React.JSX.Element {
  const texts = useWords(seatWords);
  const field = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (caret.current !== null) field.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });
  const typed = (element: HTMLTextAreaElement, composing: boolean): void => {
    const before = element.value.slice(0, element.selectionStart);
    const spelled = composing ? null : spelledOut(before);
    if (spelled !== null) caret.current = spelled.length;
    edit({ notes: spelled === null ? element.value : spelled + element.value.slice(element.selectionStart) });
  };
  const written = lengthOf(textOf(form));
  return (
    <>
      <Field label={texts.notes} wrong={wrong}>
        {(props) => (
          <textarea
            {...props}
            ref={field}
            data-seat="notes"
            rows={3}
            aria-invalid={props["aria-invalid"] || written > MOST.notes}
            value={form.notes}
            placeholder={texts.notesHint}
            onChange={(event) => typed(event.target, (event.nativeEvent as InputEvent).isComposing)}
          />
        )}
      </Field>
      <div className="row between small soft">
        <details className="grow">
          <summary tabIndex={-1}>{texts.notesHint}</summary>
          <ol className="phrases">
            {PHRASES.map((phrase, n) => (
              <li key={phrase}>
                <kbd>/{n + 1}</kbd> {phrase}
              </li>
            ))}
          </ol>
        </details>
        <span className={written > MOST.notes ? "over-long" : ""} data-counter={written}>
          {written > MOST.notes ? "✖ " : ""}
          {texts.counter(written, MOST.notes)}
        </span>
      </div>
    </>
  );
}

function Urgent({ form, value }: { form: Form; value: Urgency }): React.JSX.Element {
  const texts = useWords(seatWords);
  return (
    <fieldset className="choices" data-urgency={value}>
      <legend className="label">
        {texts.urgency} <kbd>F8</kbd>
      </legend>
      {URGENCIES.map((one) => (
        <label key={one} className={`choice ${one}`} data-chosen={one === value}>
          <input type="radio" name="urgency" checked={one === value} onChange={() => edit({ urgency: one })} tabIndex={form.urgency === one ? 0 : -1} />
          {texts.urgencies[one]}
        </label>
      ))}
    </fieldset>
  );
}

function Related({ form }: { form: Form }): React.JSX.Element {
  const texts = useWords(seatWords);
  return (
    <fieldset className="choices">
      <legend className="label">
        {texts.relation} <kbd>F7</kbd>
      </legend>
      {(["same", "dark", "other"] as const).map((one) => (
        <label key={one} className="choice" data-chosen={one === form.relation}>
          <input type="radio" name="relation" checked={one === form.relation} onChange={() => edit({ relation: one })} tabIndex={-1} />
          {texts.relations[one]}
        </label>
      ))}
    </fieldset>
  );
}

/** The customer's own installation: what he can look at himself, and that a visit costs money. */
function Inner({ form, wrong }: { form: Form; wrong: string | null }): React.JSX.Element {
  const texts = useWords(seatWords);
  return (
    <div className="inner stack">
      <h3>{texts.selfCheck}</h3>
      <ol className="checks">
        {texts.checks.map((check) => (
          <li key={check}>{check}</li>
        ))}
      </ol>
      <label className="row">
        <input type="checkbox" data-seat="told" checked={form.told} aria-invalid={wrong !== null} onChange={(event) => edit({ told: event.target.checked })} />
        {texts.told}
      </label>
      {wrong === null ? null : (
        <p className="wrong" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}
