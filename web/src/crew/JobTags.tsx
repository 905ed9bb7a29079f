/** What is special about a job, as tags with words; and the words that the list and the job page share. */

import { Protected } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { hm } from "../lib/format";
import type { Job } from "./steps";
import { crewWords, type CrewWords } from "./words";

type Tone = "bad" | "note" | "info" | "warn";

function* tagsOf(job: Job, t: CrewWords): Generator<[Tone, string]> {
  if (job.hazard === true) yield ["bad", t.hazard];
  if (job.level === "urgent") yield ["bad", t.urgent];
  if (job.protected) yield ["bad", label(Protected, job.protected)];
  if (job.flags?.overdue?.some((limit) => limit === "arrive" || limit === "restore")) yield ["bad", t.late];
  if (job.appointment_at) yield ["info", t.appointed(hm(job.appointment_at))];
  if ((job.customers_out ?? 0) > 1) yield ["note", t.households(job.customers_out ?? 0)];
  if ((job.flags?.chased_n ?? 0) > 0) yield ["warn", t.chased(job.flags?.chased_n ?? 0)];
  if (job.flags?.supervised === true) yield ["warn", t.supervised];
  if (job.flags?.suspended === true) yield ["note", t.suspended];
  if (job.flags?.contradicted === true) yield ["warn", t.contradicted];
}

export function JobTags({ job, unsent }: { job: Job; unsent: number }): React.JSX.Element {
  const t = useWords(crewWords) as CrewWords;
  const tags = [...tagsOf(job, t)];
  if (unsent > 0) tags.push(["warn", `${t.unsent} ${unsent}`]);
  return (
    <>
      {tags.map(([tone, text]) => (
        <span key={text} className={`mark ${tone}`}>
          {text}
        </span>
      ))}
    </>
  );
}
