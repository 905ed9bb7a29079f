/** The crew's jobs: what is in hand, what waits to be accepted, what was done today. */

import { Stage, Symptom } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { hm, kilometres } from "../lib/format";
import { go } from "../lib/route";
import { useStore } from "../lib/store";
import { SmallClock } from "./Cell";
import { metres, type Point } from "./metres";
import { isWaiting } from "./items";
import { JobTags } from "./JobTags";
import { duties, fix, outbox, reached, type Duties } from "./state";
import { inOrder, inWork, type Job } from "./steps";
import { crewWords } from "./words";

/** Where the crew is, as far as it is known. */
export function useOwnPlace(): Point | null {
  const known = useStore(fix);
  const { crew } = useStore(duties);
  if (known !== null) return known;
  return crew !== null && crew.lon !== null && crew.lat !== null ? { lon: crew.lon, lat: crew.lat } : null;
}

export function farOff(from: Point | null, job: Job): string | null {
  const { lon, lat } = job;
  if (from === null || lon === null || lon === undefined || lat === null || lat === undefined) return null;
  return kilometres(metres(from, { lon, lat }) / 1000);
}

function JobCard({ job, from }: { job: Job; from: Point | null }): React.JSX.Element {
  const unsent = useStore(outbox).filter((item) => item.subject === job.id && isWaiting(item)).length;
  const facts = [farOff(from, job), label(Stage, job.stage), job.ticket_no].filter((fact) => fact !== null);
  const danger = job.hazard === true || job.level === "urgent";
  return (
    <li>
      <button type="button" className={`card job ${danger ? "danger" : ""}`} onClick={() => go("job", job.id)}>
        <span className="row between top">
          <span className="row wrap">
            <strong className="what">{label(Symptom, job.symptom)}</strong>
            <JobTags job={job} unsent={unsent} />
          </span>
          <SmallClock job={job} />
        </span>
        <span className="where">{job.address || job.place_said || "—"}</span>
        <span className="soft">{facts.join(" · ")}</span>
      </button>
    </li>
  );
}

function Figures({ known, jobs }: { known: Duties; jobs: readonly Job[] }): React.JSX.Element {
  const t = useWords(crewWords);
  const figures = [
    [t.inHand, jobs.length],
    [t.toAccept, jobs.filter((job) => job.stage === "dispatched").length],
    [t.doneToday, new Set([...known.doneToday, ...known.jobs.filter((job) => !inWork(job))].map((job) => job.id)).size],
  ] as const;
  return (
    <dl className="card figures">
      {figures.map(([name, n]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{n}</dd>
        </div>
      ))}
    </dl>
  );
}

export function JobList(): React.JSX.Element {
  const t = useWords(crewWords);
  const known = useStore(duties);
  const online = useStore(reached);
  const from = useOwnPlace();
  const jobs = inOrder(known.jobs.filter(inWork));
  const done = [...new Map([...known.doneToday, ...known.jobs.filter((job) => !inWork(job))].map((job) => [job.id, job])).values()];
  return (
    <>
      <h1 className="only-read">{t.jobs}</h1>
      <Figures known={known} jobs={jobs} />
      {jobs.length === 0 ? <p className="empty">{known.readAt === null && online ? t.loading : online ? t.noJobs : t.noJobsOffline}</p> : null}
      <ul className="stack" aria-label={t.jobs}>
        {jobs.map((job) => (
          <JobCard key={job.id} job={job} from={from} />
        ))}
      </ul>
      {done.length === 0 ? null : (
        <details className="card">
          <summary>{`${t.doneToday} ${done.length}`}</summary>
          <ul className="stack">
            {done.map((job) => (
              <JobCard key={job.id} job={job} from={null} />
            ))}
          </ul>
        </details>
      )}
      {known.readAt === null ? null : <p className="soft center">{t.readAt(hm(known.readAt))}</p>}
    </>
  );
}
