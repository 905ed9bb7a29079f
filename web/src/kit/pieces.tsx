/** Small pieces that every screen is made of: buttons with their key, tags, panels, fields. */

import { useId, type ButtonHTMLAttributes, type ReactNode } from "react";

import { useWords } from "../i18n";
import { over, signs } from "../lib/length";
import { kitWords } from "./words";

export type TagTone = "plain" | "ok" | "warn" | "bad" | "note";

export function Tag({ tone = "plain", children }: { tone?: TagTone; children: ReactNode }): React.JSX.Element {
  return <span className={`tag ${tone}`}>{children}</span>;
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: "plain" | "main" | "risky";
  keyName?: string; // the key that does the same
}

export function Button({ tone = "plain", keyName, children, className = "", ...rest }: ButtonProps): React.JSX.Element {
  return (
    <button type="button" className={`button ${tone} ${className}`} aria-keyshortcuts={keyName?.replace("Ctrl+", "Control+")} {...rest}>
      {children}
      {keyName === undefined ? null : <kbd aria-hidden="true">{keyName}</kbd>}
    </button>
  );
}

export function Panel({ title, aside, children, className = "" }: { title: ReactNode; aside?: ReactNode; children: ReactNode; className?: string }): React.JSX.Element {
  const id = useId();
  return (
    <section className={`panel stack ${className}`} aria-labelledby={id}>
      <div className="row between">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** What an input is given: its label's id, what is wrong with it, and whether its text is too long to be sent. */
export interface FieldInput {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
  "data-long": true | undefined;
}

interface FieldProps {
  label: ReactNode;
  keyName?: string;
  wrong?: string | null | undefined;
  text?: string; // what stands in it, where it has an end
  most?: number | undefined; // signs; what is longer is told and not sent, never cut
  secret?: boolean; // is not counted aloud
  children: (props: FieldInput) => ReactNode;
}

const COUNTED = 100; // texts that may be so long are always counted,
const NEAR = 0.8; // shorter ones when they are nearly full

/** A labelled input; what is wrong with it stands beneath it and is tied to it, and so is how full it is. */
export function Field({ label, keyName, wrong: said, text = "", most = Infinity, secret = false, children }: FieldProps): React.JSX.Element {
  const id = useId();
  const kit = useWords(kitWords);
  const much = over(text, most);
  const wrong = much > 0 ? kit.tooLong(much) : said;
  const counted = most !== Infinity && !secret && (most >= COUNTED || signs(text) >= most * NEAR);
  const told = [wrong ? `${id}-wrong` : "", counted ? `${id}-count` : ""].filter((each) => each !== "").join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {keyName === undefined ? null : <kbd>{keyName}</kbd>}
      </label>
      {children({ id, "aria-invalid": Boolean(wrong), "aria-describedby": told || undefined, "data-long": much > 0 || undefined })}
      {counted ? (
        <span className="counter small" id={`${id}-count`}>
          {kit.counter(signs(text), most)}
        </span>
      ) : null}
      {wrong ? (
        <span className="wrong" id={`${id}-wrong`} role="alert">
          {wrong}
        </span>
      ) : null}
    </div>
  );
}

/** The same for an input in a row, which has its label for readers only. */
export function ended(text: string, most: number): Pick<FieldInput, "aria-invalid" | "data-long"> {
  const long = over(text, most) > 0;
  return { "aria-invalid": long, "data-long": long || undefined };
}

export function TooLong({ text, most }: { text: string; most: number }): React.JSX.Element | null {
  const kit = useWords(kitWords);
  const much = over(text, most);
  return much === 0 ? null : (
    <span className="wrong" role="alert">
      {kit.tooLong(much)}
    </span>
  );
}
