/** What alarmed and nobody has acknowledged yet; Space does, wherever the focus is but in a field or on a button. */

import { useEffect } from "react";

import { Limit } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { useStore } from "../lib/store";
import { acknowledge, standing } from "./engine";
import { select } from "./selection";
import { deskWords } from "./words";

const SHOWN = 5;
const TAKES_SPACE = "button, a, input, textarea, select, summary, dialog";

export function AlarmStrip(): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const raised = useStore(standing);
  useSpace(raised.length > 0);
  if (raised.length === 0) return null;
  const loud = raised.some((each) => each.loudness === "over") ? "bad" : "warn";
  return (
    <section className={`alarms row ${loud}`} aria-label={texts.alarms}>
      <strong className="nowrap">
        {texts.alarms} {raised.length}
      </strong>
      <span className="row grow alarms-list">
        {raised.slice(0, SHOWN).map((each) => (
          <button key={each.key} type="button" className="alarm nowrap" onClick={() => select(each.ticketId)}>
            {texts.alarm[each.loudness]} {each.limit === null ? "" : label(Limit, each.limit)} {each.ticketNo}
          </button>
        ))}
      </span>
      <span className="only-read" role="status">
        {texts.alarms} {raised.length}
      </span>
      <button type="button" className="button" aria-keyshortcuts="Space" onClick={acknowledge}>
        {texts.acknowledge} <kbd aria-hidden="true">Space</kbd>
      </button>
    </section>
  );
}

/** Space belongs to whatever has the focus if that is operated with it. */
function useSpace(on: boolean): void {
  useEffect(() => {
    if (!on) return undefined;
    const pressed = (event: KeyboardEvent): void => {
      if (event.key !== " " || event.isComposing || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(TAKES_SPACE) !== null) return;
      event.preventDefault();
      acknowledge();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [on]);
}
