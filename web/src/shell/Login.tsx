/** The door. When a session ends in the middle of work it lies over the page, so that nothing typed is lost. */

import { useLayoutEffect, useRef, useState, type ReactNode } from "react";

import { logIn, session } from "../api/session";
import { useWords } from "../i18n";
import { useModal } from "../kit/modal";
import { Field } from "../kit/pieces";
import { saying } from "../kit/toast";
import { ringTest } from "../lib/bell";
import { over } from "../lib/length";
import { shellWords } from "./words";

const MOST_LOGIN = 64;
const MOST_PASSWORD = 128;

export function Login({ again }: { again: boolean }): React.JSX.Element {
  const texts = useWords(shellWords);
  const [login, setLogin] = useState(again ? (session.get().me?.account.login ?? "") : "");
  const secret = useRef<HTMLInputElement>(null);
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
      secret.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  useLayoutEffect(() => {
    if (again) secret.current?.focus(); // who it was is known
  }, [again]);
  const form = (
    <form
      className="stack login"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && over(login, MOST_LOGIN) + over(password, MOST_PASSWORD) === 0) void enter();
      }}
    >
      <h1>{texts.title}</h1>
      {again ? <p role="alert">{texts.again}</p> : null}
      <Field label={texts.loginName} text={login} most={MOST_LOGIN}>
        {(props) => <input {...props} autoFocus={!again} autoComplete="username" required value={login} onChange={(event) => setLogin(event.target.value)} />}
      </Field>
      <Field label={texts.password} wrong={wrong} text={password} most={MOST_PASSWORD} secret>
        {(props) => (
          <input {...props} ref={secret} type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
        )}
      </Field>
      <button type="submit" className="button main" aria-disabled={busy}>
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
