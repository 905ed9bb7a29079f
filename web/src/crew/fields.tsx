/** Fields of the crew's forms: large enough for a thumb, each tied to its label and to what is wrong with it. */

import { useId } from "react";

import { label, useWords } from "../i18n";
import { over } from "./checks";
import { roomWords, type RoomWords } from "./roomWords";

interface Choice {
  name: string;
  options: Readonly<Record<string, string>>;
  value: string;
  wrong?: string | undefined;
  onChange: (value: string) => void;
}

/** A few options, all in sight. */
export function Options({ name, options, value, wrong, onChange }: Choice): React.JSX.Element {
  const id = useId();
  return (
    <fieldset className="options" aria-describedby={wrong === undefined ? undefined : `${id}-wrong`}>
      <legend>{name}</legend>
      {Object.keys(options).map((option) => (
        <label key={option} className={option === value ? "chosen" : ""}>
          <input type="radio" name={id} value={option} checked={option === value} onChange={() => onChange(option)} />
          {option === value ? "● " : ""}
          {label(options, option)}
        </label>
      ))}
      {wrong === undefined ? null : <Wrong id={`${id}-wrong`} text={wrong} />}
    </fieldset>
  );
}

export function Select({ name, options, value, wrong, onChange }: Choice): React.JSX.Element {
  const id = useId();
  const t = useWords(roomWords);
  return (
    <div className="field">
      <label htmlFor={id}>{name}</label>
      <select id={id} value={value} aria-invalid={wrong !== undefined} aria-describedby={wrong === undefined ? undefined : `${id}-wrong`} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t.choose}</option>
        {Object.keys(options).map((option) => (
          <option key={option} value={option}>
            {label(options, option)}
          </option>
        ))}
      </select>
      {wrong === undefined ? null : <Wrong id={`${id}-wrong`} text={wrong} />}
    </div>
  );
}

interface TextProps {
  name: string;
  value: string;
  hint?: string;
  most: number;
  rows?: number;
  wrong?: string | undefined;
  onChange: (value: string) => void;
}

/** What is too long is kept and told, never cut: who pastes or dictates does not see where it would end. */
export function Text({ name, value, hint, most, rows, wrong: said, onChange }: TextProps): React.JSX.Element {
  const id = useId();
  const t = useWords(roomWords) as RoomWords;
  const much = over(value, most);
  const wrong = much > 0 ? t.tooLong(much) : said;
  const shared = { id, value, placeholder: hint, "aria-invalid": wrong !== undefined, "aria-describedby": wrong === undefined ? undefined : `${id}-wrong` };
  return (
    <div className="field">
      <label htmlFor={id}>{name}</label>
      {rows === undefined ? (
        <input {...shared} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <textarea {...shared} rows={rows} onChange={(event) => onChange(event.target.value)} />
      )}
      {wrong === undefined ? null : <Wrong id={`${id}-wrong`} text={wrong} />}
    </div>
  );
}

function Wrong({ id, text }: { id: string; text: string }): React.JSX.Element {
  return (
    <span className="wrong" id={id} role="alert">
      ✖ {text}
    </span>
  );
}

/** Words of one tap that fill a field. */
export function Taps({ texts, onTap }: { texts: readonly string[]; onTap: (text: string) => void }): React.JSX.Element {
  return (
    <div className="taps">
      {texts.map((text) => (
        <button key={text} type="button" onClick={() => onTap(text)}>
          {text}
        </button>
      ))}
    </div>
  );
}
