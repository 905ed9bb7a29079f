/** The line over the Gantt: what the fills mean, how long a stretch is shown, back to now. */

import { useWords } from "../i18n";
import { Patterns } from "./Patterns";
import { HOUR_MS, zoomed } from "./scale";
import { ganttWords } from "./words";

export interface Stretch {
  hours: number;
  shiftMs: number; // from where it would lie around now
}

const KINDS = ["travel", "work", "booked", "planned"] as const;

export function Toolbar({ stretch, onChange }: { stretch: Stretch; onChange: (stretch: Stretch) => void }): React.JSX.Element {
  const texts = useWords(ganttWords);
  const zoom = (by: 1 | -1): void => onChange({ ...stretch, hours: zoomed(stretch.hours, by) });
  const shift = (by: number): void => onChange({ ...stretch, shiftMs: stretch.shiftMs + by * (stretch.hours / 4) * HOUR_MS });
  return (
    <div className="row between gantt-bar">
      <div className="row gantt-legend small">
        {KINDS.map((kind) => (
          <span key={kind} className="row nowrap">
            <svg width="22" height="12" aria-hidden="true">
              <Patterns />
              <g className={`bar ${kind}`}>
                <rect x={1} y={1} width={20} height={10} rx={2} />
              </g>
            </svg>
            {texts.kinds[kind]}
          </span>
        ))}
        <span className="row nowrap">
          <svg width="22" height="12" aria-hidden="true">
            <g className="bar work late">
              <rect x={1} y={1} width={20} height={10} rx={2} />
            </g>
          </svg>
          ✖ {texts.late}
        </span>
        <span className="soft cut gantt-tip">{texts.hint}</span>
      </div>
      <div className="row">
        <button type="button" className="button" aria-label={texts.back} onClick={() => shift(-1)}>
          ‹
        </button>
        <button type="button" className="button" aria-label={texts.forth} onClick={() => shift(1)}>
          ›
        </button>
        <button type="button" className="button" aria-label={texts.wider} onClick={() => zoom(1)}>
          −
        </button>
        <span className="small soft">{stretch.hours} h</span>
        <button type="button" className="button" aria-label={texts.narrower} onClick={() => zoom(-1)}>
          +
        </button>
        <button type="button" className="button" disabled={stretch.shiftMs === 0} onClick={() => onChange({ ...stretch, shiftMs: 0 })}>
          {texts.follow}
        </button>
      </div>
    </div>
  );
}
