/** The door. When a session ends in the middle of work it lies over the page, so that nothing typed is lost. */

import { useState, type ReactNode } from "react";

import { logIn } from "../api/session";
import { useWords } from "../i18n";
import { useModal } from "../kit/modal";
import { Field } from "../kit/pieces";
import { saying } from "../kit/toast";
import { ringTest } from "../lib/bell";
import { shellWords } from "./words";

export function Login({ again }: { again: boolean }): React.JSX.Element {
  const texts = useWords(shellWords);
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const enter = async (): Promise<void> => {
    setBusy(true);
    try {
      ringTest(); // the click lets the browser sound from now on, and one hears that it does
      await logIn(login, password);
      setPassword("");
    } catch (error) {
      setWrong(saying(error));
    } finally {
      setBusy(false);
    }
  };
  const form = (
    <form
      className="stack login"
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <h1>{texts.title}</h1>
      {again ? <p role="alert">{texts.again}</p> : null}
      <Field label={texts.loginName}>
        {(props) => <input {...props} autoFocus autoComplete="username" required maxLength={64} value={login} onChange={(event) => setLogin(event.target.value)} />}
      </Field>
      <Field label={texts.password} wrong={wrong}>
        {(props) => (
          <input {...props} type="password" autoComplete="current-password" required maxLength={128} value={password} onChange={(event) => setPassword(event.target.value)} />
        )}
      </Field>
      <button type="submit" className="button main" disabled={busy}>
        {busy ? texts.entering : texts.login}
      </button>
    </form>
  );
  return again ? <Over label={texts.login}>{form}</Over> : <main className="door">{form}</main>;
}

/** Lies over all, open dialogs included, and stays until somebody is in; then the focus is where it was. */
function Over({ label, children }: { label: string; children: ReactNode }): React.JSX.Element {
  const box = useModal();
  return (
    <dialog
      ref={box}
      className="over"
      aria-label={label}
      onCancel={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        event.stopPropagation(); // the keys of the screen beneath rest
        if (event.key === "Escape") event.preventDefault();
      }}
    >
      {children}
    </dialog>
  );
}
