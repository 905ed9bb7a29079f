/** The crew's door. */

import { useId, useState } from "react";

import { useWords } from "../i18n";
import { comeIn } from "./boot";
import { saying } from "./saying";
import { crewWords } from "./words";

export function LoginForm({ onDone }: { onDone?: () => void }): React.JSX.Element {
  const t = useWords(crewWords);
  const id = useId();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const enter = async (): Promise<void> => {
    setBusy(true);
    try {
      await comeIn(login.trim(), password);
      onDone?.();
    } catch (error) {
      setWrong(saying(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <div className="field">
        <label htmlFor={`${id}-login`}>{t.loginName}</label>
        <input id={`${id}-login`} autoComplete="username" autoCapitalize="none" required maxLength={64} value={login} onChange={(event) => setLogin(event.target.value)} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-password`}>{t.password}</label>
        <input
          id={`${id}-password`}
          type="password"
          autoComplete="current-password"
          required
          maxLength={128}
          value={password}
          aria-invalid={wrong !== null}
          aria-describedby={wrong === null ? undefined : `${id}-wrong`}
          onChange={(event) => setPassword(event.target.value)}
        />
        {wrong === null ? null : (
          <span id={`${id}-wrong`} className="wrong" role="alert">
            {wrong}
          </span>
        )}
      </div>
      <button type="submit" className="big" disabled={busy}>
        {busy ? t.entering : t.login}
      </button>
    </form>
  );
}

export function Login({ note }: { note?: string | undefined }): React.JSX.Element {
  const t = useWords(crewWords);
  return (
    <main className="door">
      <h1>{t.title}</h1>
      {note === undefined ? null : <p role="alert">{note}</p>}
      <LoginForm />
    </main>
  );
}
