/** What lies around every page: what is wrong with clock, session or address, the log-in over the page, short notices. */

import { useEffect, useState } from "react";

import { session } from "../api/session";
import { useWords } from "../i18n";
import { useStore } from "../lib/store";
import { LoginForm } from "./Login";
import { Notice } from "./notice";
import { Sheet } from "./Sheet";
import { lasting } from "./state";
import { offset, WRONG_MS } from "./time";
import { roomWords, type RoomWords } from "./roomWords";

function LoginAgain({ onClose }: { onClose: () => void }): React.JSX.Element {
  const t = useWords(roomWords);
  return (
    <Sheet title={t.expired} onClose={onClose}>
      <p>{t.again}</p>
      <LoginForm onDone={onClose} />
    </Sheet>
  );
}

function apart(t: RoomWords, offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const told = minutes < 120 ? t.minutes(minutes) : minutes < 2_880 ? t.hours(Math.round(minutes / 60)) : t.days(Math.round(minutes / 1_440));
  return offsetMs < 0 ? t.clockFast(told) : t.clockSlow(told);
}

function Warnings({ onLogin }: { onLogin: () => void }): React.JSX.Element | null {
  const t = useWords(roomWords) as RoomWords;
  const known = useStore(offset);
  const keeps = useStore(lasting);
  const { lost, me } = useStore(session);
  const wrong = known !== null && Math.abs(known) > WRONG_MS && !me?.played; // a replay's time is nobody's
  if (!lost && !wrong && keeps) return null;
  return (
    <aside aria-label={t.notices}>
      {lost ? (
        <p className="banner" role="alert">
          {`▲ ${t.again} `}
          <button type="button" className="link" onClick={onLogin}>
            {t.againButton}
          </button>
        </p>
      ) : null}
      {wrong ? <p className="banner">{`▲ ${apart(t, known)}`}</p> : null}
      {keeps ? null : <p className="banner">{`▲ ${t.noHttps}`}</p>}
    </aside>
  );
}

export function Frame(): React.JSX.Element {
  const [login, setLogin] = useState(false);
  const { lost } = useStore(session);
  useEffect(() => setLogin(lost), [lost]);
  return (
    <>
      <Warnings onLogin={() => setLogin(true)} />
      <Notice />
      {login && lost ? <LoginAgain onClose={() => setLogin(false)} /> : null}
    </>
  );
}
