/** One question of a form, by its kind. */

import { useWords } from "../i18n";
import { Field, type FieldInput as Input } from "../kit/pieces";
import { kitWords } from "../kit/words";
import { AreaPick } from "../tables/AreaPick";
import type { Option } from "../tables/Checks";

export type Typed = string | boolean | readonly string[];

export interface Asked {
  name: string;
  label: string;
  kind: "line" | "text" | "number" | "one" | "many" | "time" | "day" | "secret" | "flag" | "area";
  options?: readonly Option[];
  required?: boolean;
  most?: number; // characters, or the greatest number
  down?: "province" | "city" | "county" | "depot";
  everywhere?: boolean;
  hint?: string;
}

interface Props {
  field: Asked;
  value: Typed | undefined;
  wrong: string | null;
  onChange: (value: Typed) => void;
}

const MOST_TEXT = 1000;
const MOST_LINE = 200;

/** The signs that an answer may have; an instant, a choice and a number have no end of this sort. */
export function mostOf({ kind, most }: Asked): number | undefined {
  if (kind === "text") return most ?? MOST_TEXT;
  return kind === "line" || kind === "secret" ? (most ?? MOST_LINE) : undefined;
}

export function Ask({ field, value, wrong, onChange }: Props): React.JSX.Element {
  const kit = useWords(kitWords);
  if (field.kind === "flag") return <Flag field={field} value={value === true} onChange={onChange} />;
  if (field.kind === "many") return <Many field={field} value={Array.isArray(value) ? value : []} wrong={wrong} onChange={onChange} />;
  const text = typeof value === "string" ? value : "";
  const title = (
    <>
      {field.label}
      {field.required ? <span className="small"> * {kit.required}</span> : null}
      {field.hint === undefined ? null : <span className="small soft"> {field.hint}</span>}
    </>
  );
  return (
    <Field label={title} wrong={wrong} text={text} most={mostOf(field)} secret={field.kind === "secret"}>
      {(input) => <Control field={field} text={text} input={input} onChange={onChange} />}
    </Field>
  );
}

const TYPES = { line: "text", number: "number", time: "datetime-local", day: "date", secret: "password" } as const;

function Control({ field, text, input, onChange }: { field: Asked; text: string; input: Input; onChange: (value: string) => void }): React.JSX.Element {
  const required = field.required === true;
  const typed = (event: { target: { value: string } }): void => onChange(event.target.value);
  switch (field.kind) {
    case "text":
      return <textarea {...input} rows={3} required={required} value={text} onChange={typed} />;
    case "area":
      return <AreaPick input={input} value={text} onChange={onChange} down={field.down ?? "county"} everywhere={field.everywhere ?? false} empty="—" />;
    case "one":
      return (
        <select {...input} required={required} value={text} onChange={typed}>
          <option value="">—</option>
          {field.options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      );
    case "number":
      return <input {...input} type="number" min={0} max={field.most} required={required} value={text} onChange={typed} />;
    default:
      return <input {...input} type={TYPES[field.kind as keyof typeof TYPES]} required={required} autoComplete={field.kind === "secret" ? "new-password" : "off"} value={text} onChange={typed} />;
  }
}

function Flag({ field, value, onChange }: { field: Asked; value: boolean; onChange: (value: boolean) => void }): React.JSX.Element {
  return (
    <label className="row">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} />
      {field.label}
      {field.hint === undefined ? null : <span className="small soft">{field.hint}</span>}
    </label>
  );
}

function Many({ field, value, wrong, onChange }: { field: Asked; value: readonly string[]; wrong: string | null; onChange: (value: readonly string[]) => void }): React.JSX.Element {
  const toggle = (one: string): void => onChange(value.includes(one) ? value.filter((each) => each !== one) : [...value, one]);
  return (
    <fieldset className="row wrap">
      <legend className="label">{field.label}</legend>
      {field.options?.map((option) => (
        <label key={option.value} className="row">
          <input type="checkbox" checked={value.includes(option.value)} onChange={() => toggle(option.value)} />
          {option.text}
        </label>
      ))}
      {wrong === null ? null : (
        <span className="wrong" role="alert">
          {wrong}
        </span>
      )}
    </fieldset>
  );
}
