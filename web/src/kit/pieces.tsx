/** Small pieces that every screen is made of: buttons with their key, tags, panels, fields. */

import { useId, type ButtonHTMLAttributes, type ReactNode } from "react";

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

interface FieldProps {
  label: ReactNode;
  keyName?: string;
  wrong?: string | null | undefined;
  children: (props: { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined }) => ReactNode;
}

/** A labelled input; what is wrong with it stands beneath it and is tied to it. */
export function Field({ label, keyName, wrong, children }: FieldProps): React.JSX.Element {
  const id = useId();
  const told = wrong ? `${id}-wrong` : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {keyName === undefined ? null : <kbd>{keyName}</kbd>}
      </label>
      {children({ id, "aria-invalid": Boolean(wrong), "aria-describedby": told })}
      {wrong ? (
        <span className="wrong" id={told} role="alert">
          {wrong}
        </span>
      ) : null}
    </div>
  );
}
