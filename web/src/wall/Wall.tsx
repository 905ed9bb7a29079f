/** The wall: 1920×1080, enlarged as a whole to the screen; figures on top, panels that take turns, no hand needed. */

import { lazy, Suspense, useEffect, useState } from "react";

import { useWords } from "../i18n";
import { useFromSecond, useSecond } from "../lib/clock";
import { full } from "../lib/format";
import { useStore } from "../lib/store";
import { wall } from "./session";
import "./wall.css";
import { wallWords } from "./words";

const Panels = lazy(() => import("./Panels"));

const WIDTH = 1920;
const HEIGHT = 1080;
const OLD_S = 15; // three looks were missed

export function Wall(): React.JSX.Element {
  const { phase, data } = useStore(wall);
  const texts = useWords(wallWords);
  const title = data === null ? texts.plain : texts.title(data.name);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div className="wall" style={useScale()}>
      <header className="wall-head">
        <h1>{title}</h1>
        {data === null ? null : <Age />}
        {data === null ? null : <Time />}
      </header>
      {phase === "running" && data !== null ? (
        <Suspense fallback={<Notice title={texts.opening} />}>
          <Panels data={data} />
        </Suspense>
      ) : (
        <Said phase={phase} />
      )}
    </div>
  );
}

function Said({ phase }: { phase: string }): React.JSX.Element {
  const texts = useWords(wallWords);
  if (phase === "revoked") return <Notice title={`✖ ${texts.revoked}`} help={texts.revokedHelp} />;
  if (phase === "bare") return <Notice title={texts.noSecret} help={texts.noSecretHelp} />;
  return <Notice title={texts.opening} />;
}

function Notice({ title, help = "" }: { title: string; help?: string }): React.JSX.Element {
  return (
    <main className="wall-notice" role="alert">
      <h2>{title}</h2>
      <p>{help}</p>
    </main>
  );
}

/** Enlarges the stage to the screen, whatever its size, and puts it in the middle. */
function useScale(): React.CSSProperties {
  const fit = (): number => Math.min(window.innerWidth / WIDTH, window.innerHeight / HEIGHT);
  const [scale, setScale] = useState(fit);
  useEffect(() => {
    const sized = (): void => setScale(fit());
    window.addEventListener("resize", sized);
    return () => window.removeEventListener("resize", sized);
  }, []);
  const left = (window.innerWidth - WIDTH * scale) / 2;
  const top = (window.innerHeight - HEIGHT * scale) / 2;
  return { width: WIDTH, height: HEIGHT, transform: `translate(${left}px, ${top}px) scale(${scale})` };
}

/** How old the figures are; what is older than three looks is told loudly. */
function Age(): React.JSX.Element {
  const texts = useWords(wallWords);
  const age = useFromSecond(() => Math.round((performance.now() - wall.get().heardMs) / 1000));
  const old = age > OLD_S;
  return <span className={`tag ${old ? "bad" : "ok"}`}>{old ? texts.stale(texts.seconds(age)) : texts.live(texts.seconds(age))}</span>;
}

function Time(): React.JSX.Element {
  return <time className="wall-time">{full(useSecond() * 1000)}</time>;
}
