/** ① Who calls from where: the number, the place, and what is found of both. */

import { useState } from "react";

import { label, useWords } from "../i18n";
import { Channel, Protected } from "../api/labels.gen";
import type { Schemas } from "../api/client";
import { Button, Field, Panel, Tag } from "../kit/pieces";
import { composing } from "../lib/keys";
import { edit, focus, number, unpick, within } from "./desk";
import type { Fault, FieldName, Form, Known } from "./form";
import { isNumber } from "./numbers";
import { Search } from "./Search";
import { seatWords } from "./words";

export interface PartProps {
  form: Form;
  known: Known | undefined;
  wrong: (field: FieldName) => string | null;
}

export type WrongOf = (faults: readonly Fault[]) => PartProps["wrong"];

const CHANNELS = Object.keys(Channel) as Schemas["Channel"][];

/** Enter goes on to a field; while 汉字 are being chosen it belongs to the input method. */
export function onward(field: FieldName): (event: React.KeyboardEvent) => void {
  return (event) => {
    if (event.key !== "Enter" || event.ctrlKey || composing(event)) return;
    event.preventDefault();
    focus(field);
  };
}

export function Caller({ form, known, wrong, children }: PartProps & { children: React.ReactNode }): React.JSX.Element {
  const texts = useWords(seatWords);
  const [left, setLeft] = useState(""); // the number as it stood when the cursor went on
  const unfit = left !== "" && left === form.phone && !isNumber(left) ? texts.faults.phone : null;
  return (
    <Panel title={texts.caller} className="column">
      <div className="row seat-number">
        <Field label={texts.phone} keyName="F1" wrong={wrong("phone") ?? unfit}>
          {(props) => (
            <input
              {...props}
              data-seat="phone"
              className="big"
              inputMode="tel"
              autoComplete="off"
              value={form.phone}
              onChange={(event) => number(event.target.value)}
              onBlur={() => setLeft(form.phone)}
              onKeyDown={onward(form.place === null ? "place" : "kind")}
            />
          )}
        </Field>
        <Field label={texts.channel}>
          {(props) => (
            <select {...props} tabIndex={-1} value={form.channel} onChange={(event) => edit({ channel: event.target.value as Schemas["Channel"] })}>
              {CHANNELS.map((channel) => (
                <option key={channel} value={channel}>
                  {label(Channel, channel)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Search form={form} wrong={wrong("place")} />
      {form.county === null ? null : (
        <p className="row between">
          <Tag tone="note">{texts.countyOnly(form.county.name)}</Tag>
          <Button onClick={() => within(null)}>{texts.removeCounty}</Button>
        </p>
      )}
      <Picked form={form} known={known} />
      <Field label={texts.detail} wrong={wrong("detail")}>
        {(props) => (
          <input {...props} data-seat="detail" autoComplete="off" value={form.detail} onChange={(event) => edit({ detail: event.target.value })} onKeyDown={onward("kind")} />
        )}
      </Field>
      {children}
    </Panel>
  );
}

/** The place and customer that were picked; who was found by his number alone is to be asked. */
function Picked({ form, known }: { form: Form; known: Known | undefined }): React.JSX.Element | null {
  const texts = useWords(seatWords);
  const { place, account } = form;
  if (place === null && account === null) {
    const strange = known !== undefined && known.account_no === null && form.query === "" && form.phone !== "";
    return strange ? <p className="soft">{texts.unknownCaller}</p> : null;
  }
  const titled = known?.protected ?? null;
  return (
    <div className={`picked ${form.byPhone ? "guess" : ""}`} data-picked={place?.code ?? account ?? ""}>
      <div className="row between">
        <strong>{place?.path || place?.name || (account === null ? "" : texts.account(account))}</strong>
        <button type="button" className="button" tabIndex={-1} onClick={unpick} aria-label={texts.keys.clear}>
          ✕
        </button>
      </div>
      <p className="row wrap small">
        {account === null ? <span className="soft">{place?.name}</span> : <span className="soft">{texts.account(account)}</span>}
        {titled === null ? null : <Tag tone="bad">★ {label(Protected, titled)}</Tag>}
        {known?.verdict === "arrears" ? <Tag tone="warn">▲ {known.label}</Tag> : null}
        {place !== null && !place.exact ? <Tag tone="warn">▲ {texts.approximate}</Tag> : null}
      </p>
      {form.byPhone ? <p className="small">▲ {texts.byPhone}</p> : null}
    </div>
  );
}
