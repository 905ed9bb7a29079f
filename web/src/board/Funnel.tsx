/** How far the day's repairs have come, step by step, and how many of each step within its limit. */

import { useWords } from "../i18n";
import { Panel } from "../kit/pieces";
import { percent } from "../lib/format";
import { MARK, share, stepRate, toneOf } from "./figures";
import type { Dashboard } from "./useDashboard";
import { count } from "./Cards";
import { boardWords } from "./words";

export function Funnel({ data }: { data: Dashboard }): React.JSX.Element {
  const texts = useWords(boardWords);
  const most = Math.max(1, ...data.funnel.map((step) => step.n));
  const names: Readonly<Record<string, string>> = texts.steps;
  return (
    <Panel title={texts.panels.funnel} className="board-panel">
      <ol className="board-funnel grow scroll" tabIndex={0} aria-label={texts.panels.funnel}>
        {data.funnel.map((told) => {
          const { step, n, in_time } = told;
          const rate = stepRate(told, data.now);
          const kept = in_time === null ? null : share(in_time, n);
          return (
            <li key={step}>
              <span>{names[step] ?? step}</span>
              <span className="board-bar" aria-hidden="true">
                <span className="late" style={{ width: `${(n / most) * 100}%` }}>
                  <span className="kept" style={{ width: `${(kept ?? 1) * 100}%` }} />
                </span>
              </span>
              <strong className="right">{count(n)}</strong>
              <span className={`right board-rate ${rate === null ? "" : toneOf(rate)}`}>{rate === null ? "" : `${MARK[toneOf(rate)]}${texts.inTime(percent(rate))}`}</span>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
