/** The filters of a list: each stands for one name of the route's query. */

import { useWords } from "../i18n";
import { Field } from "../kit/pieces";
import { fromLocal, toLocal } from "../forms/times";
import { AreaPick } from "./AreaPick";
import { Checks, type Option } from "./Checks";
import type { FilterFault } from "./sought";
import { tableWords, type TableTexts as Texts } from "./words";

type Level = "province" | "city" | "county" | "depot";

export interface Filter<Q> {
  name: keyof Q & string;
  label: string;
  kind: "area" | "one" | "many" | "flag" | "truth" | "text" | "day" | "instant";
  options?: readonly Option[];
  required?: boolean;
  empty?: string; // what it is called that nothing is chosen
  down?: Level;
  least?: number; // signs of a text
  most?: number;
  hint?: string;
}

interface Props<Q> {
  filters: readonly Filter<Q>[];
  query: Q;
  faults?: Readonly<Record<string, FilterFault>>;
  onChange: (query: Q) => void;
}

export function Filters<Q extends object>({ filters, query, faults = {}, onChange }: Props<Q>): React.JSX.Element {
  const texts = useWords(tableWords);
  const values = query as Readonly<Record<string, unknown>>;
  return (
    <form className="filters row wrap no-print" role="search" aria-label={texts.filters} onSubmit={(event) => event.preventDefault()}>
      {filters.map((filter) => (
        <One key={filter.name} filter={filter} value={values[filter.name]} wrong={told(faults[filter.name], texts)} onChange={(value) => onChange({ ...query, [filter.name]: value })} />
      ))}
    </form>
  );
}

function told(fault: FilterFault | undefined, texts: Texts): string | null {
  if (fault === undefined) return null;
  return fault.code === "order" ? texts.order : fault.code === "short" ? texts.short(fault.least) : texts.long(fault.over);
}

interface OneProps<Q> {
  filter: Filter<Q>;
  value: unknown;
  wrong: string | null;
  onChange: (value: unknown) => void;
}

function One<Q>({ filter, value, wrong, onChange }: OneProps<Q>): React.JSX.Element {
  const texts = useWords(tableWords);
  const text = typeof value === "string" ? value : "";
  switch (filter.kind) {
    case "many":
      return <Many label={filter.label} options={filter.options ?? []} value={(value as readonly string[] | undefined) ?? []} onChange={onChange} />;
    case "flag":
      return (
        <label className="row flag">
          <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} />
          {filter.label}
        </label>
      );
    case "area":
      return (
        <Field label={filter.label}>
          {(input) => <AreaPick input={input} value={text} onChange={(code) => onChange(code || undefined)} down={filter.down ?? "county"} {...(filter.required ? { empty: null } : {})} />}
        </Field>
      );
    case "one":
    case "truth": {
      const options = filter.kind === "truth" ? [{ value: "true", text: texts.yes }, { value: "false", text: texts.no }] : filter.options;
      const read = (said: string): unknown => (said === "" ? undefined : filter.kind === "truth" ? said === "true" : said);
      return <Select label={filter.label} options={filter.options ?? options ?? []} required={filter.required ?? false} empty={filter.empty ?? texts.all} value={value === undefined || value === null ? "" : String(value)} onChange={(said) => onChange(read(said))} />;
    }
    case "instant":
      return (
        <Field label={filter.label} wrong={wrong}>
          {(input) => <input {...input} type="datetime-local" value={toLocal(text)} onChange={(event) => (event.target.value !== "" ? onChange(fromLocal(event.target.value)) : filter.required ? undefined : onChange(undefined))} />}
        </Field>
      );
    default:
      return (
        <Field label={filter.label} wrong={wrong}>
          {(input) => <input {...input} type={filter.kind === "day" ? "date" : "search"} placeholder={filter.hint} value={text} onChange={(event) => onChange(event.target.value || undefined)} />}
        </Field>
      );
  }
}

interface SelectProps {
  label: string;
  options: readonly Option[];
  required: boolean;
  empty: string;
  value: string;
  onChange: (value: string) => void;
}

function Select({ label, options, required, empty, value, onChange }: SelectProps): React.JSX.Element {
  return (
    <Field label={label}>
      {(input) => (
        <select {...input} value={value} onChange={(event) => onChange(event.target.value)}>
          {required ? null : <option value="">{empty}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Many({ label, options, value, onChange }: { label: string; options: readonly Option[]; value: readonly string[]; onChange: (value: unknown) => void }): React.JSX.Element {
  const texts = useWords(tableWords);
  return (
    <div className="field">
      <span className="label">{label}</span>
      <Checks label={label} summary={`${label}:${value.length === 0 ? texts.all : texts.chosen(value.length)}`} options={options} chosen={new Set(value)} onChange={(chosen) => onChange([...chosen])} />
    </div>
  );
}
