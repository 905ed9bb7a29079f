/** The bottom line: the keys, and what just happened. */

import { Stage } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { hms } from "../lib/format";
import { useStore } from "../lib/store";
import { wire } from "./engine";
import { help } from "./Help";
import { select } from "./selection";
import type { News } from "./ticker";
import { deskWords } from "./words";

const SHOWN = 4;

export function DeskFoot(): React.JSX.Element {
  const texts = useWords(deskWords);
  const hints = [
    ["J/K", texts.keyHints.move],
    ["1–5", texts.keyHints.choose],
    ["/", texts.keyHints.search],
    ["I", texts.keyHints.mark],
    ["F6", texts.keyHints.panes],
  ] as const;
  return (
    <footer className="foot row between desk-foot">
      <div className="row nowrap">
        {hints.map(([key, text]) => (
          <span key={key} className="small">
            <kbd>{key}</kbd> {text}
          </span>
        ))}
        <button type="button" className="button small" onClick={() => help.set(true)}>
          <kbd aria-hidden="true">?</kbd> {texts.keyHints.help}
        </button>
      </div>
      <Ticker />
    </footer>
  );
}

function Ticker(): React.JSX.Element {
  const texts = useWords(deskWords);
  const latest = useStore(wire);
  return (
    <div className="row ticker cut" role="log" aria-live="off" aria-label={texts.ticker}>
      {latest.slice(0, SHOWN).map((item) => (
        <button key={item.key} type="button" className="ticker-item nowrap small" onClick={() => select(item.ticketId)}>
          <span className="soft">{hms(item.at)}</span> <Said item={item} />
        </button>
      ))}
    </div>
  );
}

function Said({ item }: { item: News }): React.JSX.Element {
  const { news } = useWords(deskWords);
  const stage = label(Stage, item.stage);
  switch (item.what) {
    case "chased":
      return <>{news.chased(item.ticketNo, item.n)}</>;
    case "stage":
      return <>{news.stage(item.ticketNo, stage, item.crew ?? "")}</>;
    case "crew":
      return <>{news.crew(item.ticketNo, stage, item.crew ?? "")}</>;
    default:
      return <>{news[item.what](item.ticketNo)}</>;
  }
}
