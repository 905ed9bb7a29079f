/**
 * A dialog that asks for some values and sends them. What the server refuses stands at its field, nothing typed is lost,
 * and a repeat of the same values carries the same Idempotency-Key.
 */

import { useRef, useState, type ReactNode } from "react";

import { ApiError } from "../api/errors";
import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { saying } from "../kit/toast";
import { kitWords } from "../kit/words";
import { freshKey } from "../lib/once";
import { Ask, type Asked, type Typed } from "./Ask";

export type Values = Readonly<Record<string, Typed>>;

interface Props {
  title: ReactNode;
  fields: readonly Asked[];
  initial?: Values;
  confirm?: ReactNode;
  risky?: boolean;
  onClose: () => void;
  onSend: (values: Values, key: string) => Promise<void | "stay">; // "stay": something is shown in its place
  children?: ReactNode; // beneath the fields
  above?: ReactNode;
  onChange?: (values: Values) => void;
}

export function FormDialog({ title, fields, initial = {}, confirm, risky = false, onClose, onSend, children, above, onChange }: Props): React.JSX.Element {
  const [values, setValues] = useState<Values>(initial);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState<string | null>(null);
  const kit = useWords(kitWords);
  const last = useRef({ said: "", key: freshKey() });
  const change = (name: string, value: Typed): void => {
    const next = { ...values, [name]: value };
    setValues(next);
    onChange?.(next);
  };
  const send = async (): Promise<void> => {
    const empty = fields.find((field) => field.required === true && field.kind !== "flag" && isEmpty(values[field.name]));
    setMissing(empty?.name ?? null);
    if (empty !== undefined) return;
    const said = JSON.stringify(values);
    if (last.current.said !== said) last.current = { said, key: freshKey() };
    setBusy(true);
    setError(null);
    try {
      if ((await onSend(values, last.current.key)) !== "stay") onClose();
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  const at = error instanceof ApiError ? fieldOf(error, fields) : null;
  return (
    <Dialog title={title} onClose={onClose} onConfirm={() => void send()} confirm={confirm} busy={busy} risky={risky}>
      {above}
      {fields.map((field) => (
        <Ask key={field.name} field={field} value={values[field.name]} wrong={missing === field.name ? kit.fillIn : at === field.name ? saying(error) : null} onChange={(value) => change(field.name, value)} />
      ))}
      {error !== null && at === null ? (
        <p className="wrong" role="alert">
          ✖ {saying(error)}
        </p>
      ) : null}
      {children}
    </Dialog>
  );
}

function isEmpty(value: Typed | undefined): boolean {
  return value === undefined || (Array.isArray(value) ? value.length === 0 : String(value).trim() === "");
}

function fieldOf(error: ApiError, fields: readonly Asked[]): string | null {
  const named = error.field?.split(".")[0];
  return fields.find((field) => field.name === named)?.name ?? null;
}
