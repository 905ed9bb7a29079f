/** The crew page: who is here, what is not sent yet, and the list of jobs; the other pages come when they are asked for. */

import { lazy, Suspense, useEffect } from "react";

import { session } from "../api/session";
import { useWords } from "../i18n";
import { go, useRoute } from "../lib/route";
import { useStore } from "../lib/store";
import { boot, later, start } from "./boot";
import { Icon, PAGES } from "./Icon";
import { isTold, isWaiting } from "./items";
import { JobList } from "./JobList";
import { duties, outbox, reached } from "./state";
import { crewWords } from "./words";

const Login = lazy(async () => ({ default: (await import("./Login")).Login }));
const Room = lazy(async () => ({ default: (await later()).Room }));
const Frame = lazy(async () => ({ default: (await later()).Frame }));

/** How all stands between the phone and the server, in a few words. */
function useSync(): { tone: "ok" | "warn"; text: string } {
  const t = useWords(crewWords);
  const items = useStore(outbox);
  const online = useStore(reached);
  const { lost } = useStore(session);
  const waiting = items.filter(isWaiting).length;
  const answers = items.filter(isTold).length;
  if (lost) return { tone: "warn", text: [t.expired, waiting > 0 ? t.waiting(waiting) : ""].filter(Boolean).join(" · ") };
  if (!online) return { tone: "warn", text: waiting > 0 ? t.offlineWaiting(waiting) : t.offline };
  if (waiting > 0) return { tone: "warn", text: t.waiting(waiting) };
  return answers > 0 ? { tone: "warn", text: t.attention(answers) } : { tone: "ok", text: t.online };
}

function Head(): React.JSX.Element {
  const { crew } = useStore(duties);
  const { me } = useStore(session);
  const { tone, text } = useSync();
  return (
    <header className="head">
      <strong className="cut">{crew?.name ?? me?.account.name ?? ""}</strong>
      <button type="button" className={`sync ${tone}`} onClick={() => go("queue")}>
        <span aria-hidden="true">{tone === "ok" ? "● " : "▲ "}</span>
        <span role="status">{text}</span>
      </button>
    </header>
  );
}

const TABS = [
  ["", "list", "jobs"],
  ["plans", "calendar", "plans"],
  ["mine", "person", "mine"],
] as const;

function Tabs({ screen }: { screen: string }): React.JSX.Element {
  const t = useWords(crewWords);
  return (
    <nav className="tabs" aria-label={t.tabs}>
      {TABS.map(([to, icon, name]) => (
        <button key={name} type="button" aria-current={screen === to ? "page" : undefined} onClick={() => go(to)}>
          <Icon path={PAGES[icon]} />
          {t[name]}
        </button>
      ))}
    </nav>
  );
}

function Main(): React.JSX.Element {
  const { screen, rest } = useRoute();
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [screen, rest]);
  return (
    <div className="crew">
      <Head />
      <Suspense fallback={null}>
        <Frame />
      </Suspense>
      <main>
        <Suspense fallback={null}>{screen === "" ? <JobList /> : <Room screen={screen} rest={rest} />}</Suspense>
      </main>
      {screen === "job" ? null : <Tabs screen={screen} />}
    </div>
  );
}

function Away(): React.JSX.Element {
  const t = useWords(crewWords);
  return (
    <main className="door">
      <h1>{t.title}</h1>
      <p role="alert">{t.unreachable}</p>
      <button type="button" className="big" onClick={() => location.reload()}>
        {t.retry}
      </button>
    </main>
  );
}

export function App(): React.JSX.Element {
  const t = useWords(crewWords);
  const state = useStore(boot);
  const { me } = useStore(session);
  useEffect(() => {
    start().catch(() => boot.set("away")); // a part of the page could not be read
  }, []);
  if (state === "ready") return <Main />;
  if (state === "away") return <Away />;
  if (state === "asked") {
    return (
      <Suspense fallback={null}>
        <Login note={me ? t.notCrew : undefined} />
      </Suspense>
    );
  }
  return (
    <main className="door">
      <p role="status">{t.loading}</p>
    </main>
  );
}
