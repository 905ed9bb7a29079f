/** 远程工作站: queue, map, details, Gantt on one screen with one selection. */

import { useEffect } from "react";

import { useWords } from "../i18n";
import { usePicked, useStore } from "../lib/store";
import { shellWords } from "../shell/words";
import { ActionDialog } from "./ActionDialog";
import { ActionMenu } from "./ActionMenu";
import { AlarmStrip } from "./AlarmStrip";
import "./desk.css";
import { DeskFoot } from "./DeskFoot";
import { DeskHead } from "./DeskHead";
import { Details } from "./Details";
import { tally, useEngine } from "./engine";
import { Gantt } from "../gantt/Gantt";
import { Help } from "./Help";
import { layout } from "./layout";
import { MapPane } from "./MapPane";
import { Queue } from "./Queue";
import { Separator } from "./Separator";
import { useStale } from "./standing";
import { useDeskKeys } from "./useDeskKeys";
import { useFresh } from "./useFresh";
import { Pinning } from "./Wishes";
import { deskWords } from "./words";

export default function Desk(): React.JSX.Element {
  useEngine();
  useFresh();
  useDeskKeys();
  useCounted();
  return (
    <div className="screen desk">
      <DeskHead />
      <AlarmStrip />
      <Stale />
      <Panes />
      <DeskFoot />
      <ActionDialog />
      <ActionMenu />
      <Pinning />
      <Help />
    </div>
  );
}

function Panes(): React.JSX.Element {
  const { left, right, below } = useStore(layout);
  const stale = useStale();
  const shell = useWords(shellWords);
  const sizes = { "--left": `${left}px`, "--right": `${right}px`, "--below": `${below}px` } as React.CSSProperties;
  return (
    <main className={`panes ${stale ? "stale" : ""}`} style={sizes}>
      <h1 className="only-read">{shell.screens.desk}</h1>
      <Queue />
      <Separator edge="left" />
      <MapPane />
      <Separator edge="right" />
      <Details />
      <Separator edge="below" />
      <Gantt />
    </main>
  );
}

/** What is shown is from before the break: said loudly, once. */
function Stale(): React.JSX.Element | null {
  const texts = useWords(deskWords);
  return useStale() ? (
    <p className="alarms bad" role="alert">
      ✖ {texts.stale}
    </p>
  ) : null;
}

/** The title of the browser's tab counts what waits, for a desk whose window is behind another. */
function useCounted(): void {
  const waiting = usePicked(tally, (counted) => counted.waiting);
  const texts = useWords(deskWords);
  const shell = useWords(shellWords);
  useEffect(() => {
    const title = `${shell.screens.desk} · ${shell.title}`;
    const set = setTimeout(() => {
      document.title = waiting > 0 ? texts.title(waiting, title) : title;
    });
    return () => clearTimeout(set);
  }, [waiting, texts, shell]);
}
