/** Brings a table in: the file is checked first, its wrong rows are listed by row and column, then it is sent for good. */

import { useRef, useState, type ReactNode } from "react";

import { ApiError } from "../api/errors";
import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { Button, Field } from "../kit/pieces";
import { saying } from "../kit/toast";
import { kitWords } from "../kit/words";
import { freshKey } from "../lib/once";
import { Ask, type Asked, type Typed } from "./Ask";
import { base64Of, faultsOf } from "./files";
import type { Values } from "./FormDialog";
import { formWords } from "./words";

interface Props {
  title: string;
  asked?: readonly Asked[];
  initial?: Values;
  /** Tries the file or brings it in; answers what to tell. */
  send: (content: string, values: Values, dry: boolean, key: string) => Promise<ReactNode>;
  onClose: () => void;
  onDone: () => void;
}

type Told = { dry: boolean; text: ReactNode } | null;

export function Upload({ title, asked = [], initial = {}, send, onClose, onDone }: Props): React.JSX.Element {
  const texts = useWords(formWords);
  const kit = useWords(kitWords);
  const [file, setFile] = useState<File | null>(null);
  const [values, setValues] = useState<Values>(initial);
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<Told>(null);
  const [error, setError] = useState<unknown>(null);
  const last = useRef({ said: "", key: freshKey() });
  const forget = (): void => {
    setTold(null);
    setError(null);
  };
  const change = (name: string, value: Typed): void => {
    setValues({ ...values, [name]: value });
    forget();
  };
  const run = async (dry: boolean): Promise<void> => {
    if (file === null) return;
    setBusy(true);
    setError(null);
    try {
      const content = await base64Of(file);
      const said = `${content}\n${JSON.stringify(values)}\n${dry}`;
      if (last.current.said !== said) last.current = { said, key: freshKey() };
      setTold({ dry, text: await send(content, values, dry, last.current.key) });
      if (!dry) onDone();
    } catch (refused) {
      setTold(null);
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  const checked = told?.dry === true;
  return (
    <Dialog title={title} onClose={onClose}>
      <Field label={texts.file}>{(input) => <input {...input} type="file" accept=".csv,.xlsx" onChange={(event) => { setFile(event.target.files?.[0] ?? null); forget(); }} />}</Field>
      {asked.map((field) => (
        <Ask key={field.name} field={field} value={values[field.name]} wrong={null} onChange={(value) => change(field.name, value)} />
      ))}
      <div className="row">
        <Button disabled={file === null || busy} onClick={() => void run(true)}>{texts.check}</Button>
        <Button tone="main" disabled={!checked || busy} onClick={() => void run(false)}>{texts.bring}</Button>
        {busy ? <progress aria-label={kit.working} /> : null}
      </div>
      <div role="status">{told === null ? null : told.text}</div>
      {error === null ? null : <Faults error={error} />}
    </Dialog>
  );
}

function Faults({ error }: { error: unknown }): React.JSX.Element {
  const texts = useWords(formWords);
  const faults = error instanceof ApiError ? faultsOf(error.details) : [];
  return (
    <div className="stack" role="alert">
      <p>✖ {saying(error)}</p>
      {faults.length === 0 ? null : (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{texts.row}</th>
              <th scope="col">{texts.column}</th>
              <th scope="col">{texts.fault}</th>
            </tr>
          </thead>
          <tbody>
            {faults.map((fault) => (
              <tr key={`${fault.row}-${fault.column}-${fault.message}`}>
                <td>{fault.row}</td>
                <td>{fault.column}</td>
                <td>{fault.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
