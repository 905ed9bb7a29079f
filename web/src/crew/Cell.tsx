/** The clock of a job in the list; it runs down by the server's time, and it alone is drawn each second. */

import { useWords } from "../i18n";
import { useFromSecond, useSecond } from "../lib/clock";
import { alarm, MARKS } from "../lib/alarm";
import { span } from "../lib/format";
import { clockOf, nextStep, ON_SITE, type Due, type Job } from "./steps";
import { crewWords } from "./words";

export const TONES = ["calm", "warn", "warn", "bad"] as const;

export function Left({ due }: { due: Due }): React.JSX.Element {
  const t = useWords(crewWords);
  const left = Math.ceil(Date.parse(due.due) / 1000 - useSecond());
  return <>{left >= 0 ? t.left(span(left)) : t.over(span(-left))}</>;
}

export function useLevel(due: Due | null): 0 | 1 | 2 | 3 {
  return useFromSecond((second) => (due === null ? 0 : alarm(second, Date.parse(due.begun) / 1000, Date.parse(due.due) / 1000)));
}

export function SmallClock({ job }: { job: Job }): React.JSX.Element {
  const t = useWords(crewWords);
  const due = clockOf(job);
  const level = useLevel(due);
  if (nextStep(job.stage) === null) return <span className="left calm">{t.done}</span>;
  if (due === null) return <span className="left calm">{ON_SITE.has(job.stage) ? t.onSite : ""}</span>;
  return (
    <span className={`left ${TONES[level]}`}>
      {MARKS[level]} <Left due={due} />
    </span>
  );
}
