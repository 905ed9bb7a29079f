/** The words of one message: written with its fields at hand, checked by the server while they are typed. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { once, useDone } from "../forms/act";
import { label, useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { Button, Field } from "../kit/pieces";
import { saying } from "../kit/toast";
import { freshKey } from "../lib/once";
import { inserted } from "./inserting";
import type { Template } from "./Templates";
import { templateWords } from "./templateWords";

const PAUSE_MS = 300; // without a key; then the text is checked
const MOST = 1000;
type Checked = Schemas["TemplateChecked"];

/** What was typed, once nothing more was typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const waiting = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(waiting);
  }, [text]);
  return settled;
}

export function TemplateEditor({ template, onClose }: { template: Template; onClose: () => void }): React.JSX.Element {
  const texts = useWords(templateWords);
  const done = useDone("templates");
  const [text, setText] = useState(template.own ?? template.standard);
  const [reason, setReason] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const last = useRef({ said: "", key: freshKey() });
  const params = { path: { occasion: template.occasion } };
  const settled = useSettled(text);
  const { data: checked } = useQuery({
    queryKey: ["template-check", template.occasion, settled],
    queryFn: () => answered(api.POST("/api/v1/message-templates/{occasion}/check", { params, body: { text: settled } })),
    placeholderData: keepPreviousData,
  });
  const save = async (): Promise<void> => {
    const body = { text, reason, revision: template.revision };
    const said = JSON.stringify(body);
    if (last.current.said !== said) last.current = { said, key: freshKey() };
    setBusy(true);
    setError(null);
    try {
      await answered(api.PUT("/api/v1/message-templates/{occasion}", { params: { ...params, header: once(last.current.key) }, body }));
      done(texts.saved);
      onClose();
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={texts.title(label(names.Occasion, template.occasion))} confirm={texts.save} busy={busy} onClose={onClose} onConfirm={() => void save()}>
      <Writing template={template} text={text} onChange={setText} />
      {checked === undefined ? null : <Verdict checked={checked} />}
      <Field label={texts.reason} text={reason} most={500}>{(input) => <input {...input} required autoComplete="off" value={reason} onChange={(event) => setReason(event.target.value)} />}</Field>
      {error === null ? null : (
        <p className="wrong" role="alert">
          ✖ {saying(error)}
        </p>
      )}
      <p className="soft small">{texts.note}</p>
    </Dialog>
  );
}

function Writing({ template, text, onChange }: { template: Template; text: string; onChange: (text: string) => void }): React.JSX.Element {
  const texts = useWords(templateWords);
  const area = useRef<HTMLTextAreaElement>(null);
  const put = (name: string): void => {
    const box = area.current;
    if (box === null) return;
    const next = inserted(text, `{${name}}`, box.selectionStart, box.selectionEnd);
    onChange(next.text);
    requestAnimationFrame(() => {
      box.focus();
      box.setSelectionRange(next.cursor, next.cursor);
    });
  };
  return (
    <>
      <Field label={texts.text} text={text} most={MOST}>{(input) => <textarea {...input} ref={area} rows={5} required value={text} onChange={(event) => onChange(event.target.value)} />}</Field>
      <div className="row wrap" role="group" aria-label={texts.fields}>
        <span className="soft small">{texts.fields}</span>
        {template.fields.map((field) => {
          const name = label({ [field.name]: field.label }, field.name);
          return (
            <Button key={field.name} onClick={() => put(field.name)}>
              {texts.field(name, `{${field.name}}`, field.most, field.required)}
            </Button>
          );
        })}
        {text === template.standard ? null : <Button onClick={() => onChange(template.standard)}>{texts.take}</Button>}
      </div>
    </>
  );
}

function Verdict({ checked }: { checked: Checked }): React.JSX.Element {
  const texts = useWords(templateWords);
  const long = checked.longest > checked.most;
  return (
    <div className="stack" role="status">
      <span className={long ? "wrong" : "soft"}>
        {long ? "▲ " : ""}
        {texts.count(checked.longest, checked.most)}
      </span>
      {checked.faults.length === 0 ? <span>{texts.fine}</span> : null}
      {checked.faults.map((fault) => (
        <span key={fault} className="wrong">
          ✖ {fault}
        </span>
      ))}
      <Example text={checked.example} />
    </div>
  );
}

function Example({ text }: { text: string }): React.JSX.Element {
  const texts = useWords(templateWords);
  return (
    <div>
      <span className="soft small">{texts.example}</span>
      <p className="panel">{text}</p>
    </div>
  );
}

/** The same for who may only look. */
export function TemplateView({ template, onClose }: { template: Template; onClose: () => void }): React.JSX.Element {
  const texts = useWords(templateWords);
  return (
    <Dialog title={texts.title(label(names.Occasion, template.occasion))} onClose={onClose}>
      <p>{template.own ?? template.standard}</p>
      <Verdict checked={template.checked} />
      {template.own === null ? null : (
        <p className="soft">
          {texts.standard}: {template.standard}
        </p>
      )}
    </Dialog>
  );
}
