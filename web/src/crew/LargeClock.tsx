/** The clock of the open job, large, with which limit it is and when it ends. */

import { AreaClass } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { MARKS } from "../lib/alarm";
import { full } from "../lib/format";
import { Left, TONES, useLevel } from "./Cell";
import { roomWords } from "./roomWords";
import { clockOf, nextStep, ON_SITE, type Job } from "./steps";

export function LargeClock({ job }: { job: Job }): React.JSX.Element {
  const t = useWords(roomWords);
  const due = clockOf(job);
  const level = useLevel(due);
  const area = label(AreaClass, job.area_class);
  const over = nextStep(job.stage) === null;
  const title = ON_SITE.has(job.stage) ? t.onSite : t.noClock;
  const beneath = due === null ? (over ? "" : area) : due.limit === "arrive" ? t.arriveLimit(area) : t.restoreLimit(area);
  return (
    <div className="card clock-card" role="timer" aria-live="off">
      <strong className={`large ${TONES[level]}`}>
        {over ? t.done : due === null ? title : <>{MARKS[level]} <Left due={due} /></>}
      </strong>
      <span className="soft">
        {beneath}
        {due === null ? "" : ` · ${full(due.due).slice(5, 16)}`}
      </span>
    </div>
  );
}
