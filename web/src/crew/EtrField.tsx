/** When power is expected back: by one tap, or to the minute. */

import { useId } from "react";

import { useWords } from "../i18n";
import { now } from "../lib/clock";
import { fieldOf } from "./etr";
import { roomWords } from "./roomWords";

const SPANS_MIN = [30, 60, 120, 240] as const;

export function EtrField({ value, onChange }: { value: string; onChange: (value: string) => void }): React.JSX.Element {
  const t = useWords(roomWords);
  const id = useId();
  const told = (minutes: number): string => (minutes < 60 ? t.minutes(minutes) : t.hours(minutes / 60));
  return (
    <div className="field">
      <label htmlFor={id}>{t.etr}</label>
      <div className="taps">
        {SPANS_MIN.map((minutes) => (
          <button key={minutes} type="button" onClick={() => onChange(fieldOf(now() + minutes * 60_000))}>
            {t.etrIn(told(minutes))}
          </button>
        ))}
      </div>
      <input id={id} type="datetime-local" value={value} min={fieldOf(now())} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}
