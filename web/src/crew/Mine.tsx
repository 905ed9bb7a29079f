/** The person's own page: on duty or not, the two clocks, the language, the way out. */

import { useEffect, useState } from "react";

import { useMe } from "../api/session";
import { language, speak, useWords } from "../i18n";
import { useSecond } from "../lib/clock";
import { full, hm } from "../lib/format";
import { go } from "../lib/route";
import { useStore } from "../lib/store";
import { leave } from "./leaving";
import { isWaiting } from "./items";
import { saying } from "./saying";
import { duty, setDuty } from "./place";
import { lasting, outbox } from "./state";
import { Sheet } from "./Sheet";
import { offlineReady } from "./worker";
import { roomWords } from "./roomWords";

function Duty(): React.JSX.Element {
  const t = useWords(roomWords);
  const { on, denied, sentAt } = useStore(duty);
  return (
    <section className="card">
      <label className="check">
        <input type="checkbox" role="switch" checked={on} onChange={(event) => void setDuty(event.target.checked)} />
        <strong>{t.onDuty}</strong>
      </label>
      <p className="soft">{t.onDutyNote}</p>
      {denied ? <p className="wrong" role="alert">✖ {t.dutyDenied}</p> : null}
      {sentAt === null ? null : <p className="soft">{t.dutySent(hm(sentAt))}</p>}
    </section>
  );
}

function Clocks(): React.JSX.Element {
  const t = useWords(roomWords);
  const second = useSecond();
  return (
    <dl className="card pairs">
      <dt>{t.serverTime}</dt>
      <dd>{full(second * 1000)}</dd>
      <dt>{t.phoneTime}</dt>
      <dd>{full(Date.now())}</dd>
    </dl>
  );
}

function Leaving({ onClose }: { onClose: () => void }): React.JSX.Element {
  const t = useWords(roomWords);
  const waiting = useStore(outbox).filter(isWaiting).length;
  const [wrong, setWrong] = useState<string | null>(null);
  return (
    <Sheet title={t.logout} onClose={onClose}>
      <p className={waiting > 0 ? "told" : ""}>{waiting > 0 ? `▲ ${t.logoutWaiting(waiting)}` : t.logoutEmpty}</p>
      {wrong === null ? null : <p className="wrong" role="alert">✖ {wrong}</p>}
      <button type="button" className="act risky" onClick={() => void leave().catch((error: unknown) => setWrong(`${t.logoutOffline}(${saying(error)})`))}>
        {t.logout}
      </button>
      <button type="button" className="act" onClick={onClose}>
        {t.cancel}
      </button>
    </Sheet>
  );
}

function OfflineState(): React.JSX.Element {
  const t = useWords(roomWords);
  const keeps = useStore(lasting);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    void offlineReady().then(setReady);
  }, []);
  if (!keeps) return <p className="card told">▲ {t.noHttps}</p>;
  return <p className="card">{ready ? `✓ ${t.offlineReady}` : `▲ ${t.offlineNot}`}</p>;
}

export function Mine(): React.JSX.Element {
  const t = useWords(roomWords);
  const me = useMe();
  const [leaving, setLeaving] = useState(false);
  const chosen = useStore(language);
  return (
    <div className="stack">
      <h1>{me.account.name}</h1>
      <p className="soft">{`${me.account.login} · ${me.role_label}`}</p>
      <Duty />
      <Clocks />
      <OfflineState />
      <button type="button" className="act" onClick={() => go("queue")}>
        {t.queue}
      </button>
      <button type="button" className="act" lang={chosen === "zh" ? "en" : "zh-CN"} onClick={() => speak(chosen === "zh" ? "en" : "zh")}>
        {t.language}
      </button>
      <button type="button" className="act risky" onClick={() => setLeaving(true)}>
        {t.logout}
      </button>
      {leaving ? <Leaving onClose={() => setLeaving(false)} /> : null}
    </div>
  );
}
