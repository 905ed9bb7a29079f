/** One job: its clock, where it is, whom to call, what was found, and one large button for the next step. */

import { useState } from "react";

import { Symptom } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { useFromSecond } from "../lib/clock";
import { hm } from "../lib/format";
import { go } from "../lib/route";
import { useStore } from "../lib/store";
import { CallSheet, numbersOf } from "./CallSheet";
import { FaultSheet } from "./FaultSheet";
import { FinishSheet } from "./FinishSheet";
import { Icon } from "./Icon";
import { ICONS } from "./paths";
import { isTold, isWaiting } from "./items";
import { farOff, useOwnPlace } from "./JobList";
import { JobTags } from "./JobTags";
import { LargeClock } from "./LargeClock";
import { MapSheet } from "./MapSheet";
import { MoreSheet } from "./MoreSheet";
import { complain, say } from "./notice";
import { PhotoSheet, usePhotos } from "./PhotoSheet";
import { here } from "./place";
import { ProgressSheet } from "./ProgressSheet";
import { ToldList } from "./Queue";
import { report } from "./sending";
import { outbox } from "./state";
import { BEFORE_ARRIVAL, doneSteps, FOUR, nextStep, ON_SITE, type Big, type Job } from "./steps";
import { twoTimes } from "./time";
import { roomWords } from "./roomWords";

type Open = "call" | "map" | "photos" | "fault" | "finish" | "customer" | "more" | "progress" | null;

function StepBar({ job }: { job: Job }): React.JSX.Element {
  const t = useWords(roomWords);
  const done = doneSteps(job.stage);
  return (
    <ol className="steps" aria-label={t.steps}>
      {FOUR.map((step, n) => (
        <li key={step} className={n < done ? "done" : n === done ? "next" : ""} aria-current={n === done ? "step" : undefined}>
          {n < done ? "✓ " : ""}
          {t[step]}
        </li>
      ))}
    </ol>
  );
}

/** Takes a step at once; an arrival waits a moment for the position, and counts from the tap. */
async function take(job: Job, step: Exclude<Big, "restore">, noFix: string, already: string): Promise<void> {
  const times = twoTimes();
  const found = step === "arrive" ? await here() : null;
  const position = found === null ? null : { lon: found.lon, lat: found.lat, accuracy_m: found.accuracy_m, crs: "wgs84" };
  const taken = await report(job, [{ kind: step, said: position === null ? {} : { position } }], times);
  if (!taken) say(already, true);
  else if (step === "arrive" && position === null) say(noFix, true);
}

function BigButton({ job, onFinish }: { job: Job; onFinish: () => void }): React.JSX.Element | null {
  const t = useWords(roomWords);
  const [busy, setBusy] = useState(false);
  const step = nextStep(job.stage);
  if (step === null) return null;
  const act = async (): Promise<void> => {
    if (step === "restore") return onFinish();
    setBusy(true);
    await take(job, step, t.noFix, t.already).catch(complain);
    setBusy(false);
  };
  return (
    <div className="foot">
      <button type="button" className="big" disabled={busy} onClick={() => void act()}>
        {busy && step === "arrive" ? t.locating : t[step]}
      </button>
    </div>
  );
}

const SOON_S = 3_600;

/** What must be told before long. */
function DueWord({ due, say: text }: { due: string | undefined; say: (at: string) => string }): React.JSX.Element | null {
  const soon = useFromSecond((second) => due !== undefined && Date.parse(due) / 1000 - second < SOON_S);
  return soon && due !== undefined ? <p className="told">{`▲ ${text(hm(due))}`}</p> : null;
}

function Facts({ job }: { job: Job }): React.JSX.Element {
  const t = useWords(roomWords);
  const unsent = useStore(outbox).filter((item) => item.subject === job.id && isWaiting(item)).length;
  const who = [job.customer_name, job.transformer_area, job.feeder].filter(Boolean).join(" · ");
  const etr = job.etr_at ? `${t.etr} ${hm(job.etr_at)}` : null;
  const due = job.due ?? {};
  return (
    <section className="facts">
      <h1>
        {label(Symptom, job.symptom)} <JobTags job={job} unsent={unsent} />
      </h1>
      <p className="address">{job.address || job.place_said || "—"}</p>
      <p className="soft">{[job.ticket_no, who].filter(Boolean).join(" · ")}</p>
      {job.symptom_text ? <p className="soft">{job.symptom_text}</p> : null}
      {job.diagnosis ? <p className="soft">{job.diagnosis}</p> : null}
      {etr === null ? null : <p className="strong">{etr}</p>}
      <DueWord due={due.etr} say={t.etrDue} />
      <DueWord due={due.progress} say={t.progressDue} />
    </section>
  );
}

function Actions({ job, open }: { job: Job; open: (what: Open) => void }): React.JSX.Element {
  const t = useWords(roomWords);
  const { count } = usePhotos(job);
  const away = farOff(useOwnPlace(), job);
  const onSite = ON_SITE.has(job.stage);
  const going = onSite || BEFORE_ARRIVAL.has(job.stage);
  return (
    <>
      <div className="two">
        <button type="button" className="act" onClick={() => open("call")}>
          <Icon path={ICONS.phone} /> {t.call}
        </button>
        <button type="button" className="act" onClick={() => open("map")}>
          <Icon path={ICONS.arrow} /> {away === null ? t.navigate : t.away(away)}
        </button>
      </div>
      <StepBar job={job} />
      <button type="button" className="act" onClick={() => open("photos")}>
        <Icon path={ICONS.camera} /> {t.photos(count)}
      </button>
      {onSite ? (
        <button type="button" className="act" onClick={() => open("fault")} disabled={job.stage !== "arrived"}>
          <Icon path={ICONS.wrench} /> {job.fault_point ? t.fault(job.fault_point) : t.faultButton}
        </button>
      ) : null}
      {job.stage === "located" || job.stage === "repairing" ? (
        <button type="button" className="act" onClick={() => open("progress")}>
          <Icon path={ICONS.clock} /> {t.progressButton}
        </button>
      ) : null}
      {going ? (
        <button type="button" className="act" onClick={() => open("more")}>
          <Icon path={ICONS.warn} /> {t.moreButton}
        </button>
      ) : null}
    </>
  );
}

export function JobPage({ job }: { job: Job }): React.JSX.Element {
  const t = useWords(roomWords);
  const [shown, open] = useState<Open>(null);
  const told = useStore(outbox).filter((item) => item.subject === job.id && isTold(item));
  const close = (): void => open(null);
  return (
    <>
      <button type="button" className="link back" onClick={() => go("")}>
        ‹ {t.back}
      </button>
      <LargeClock job={job} />
      <Facts job={job} />
      <ToldList items={told} />
      <Actions job={job} open={open} />
      <BigButton job={job} onFinish={() => open("finish")} />
      {shown === "call" ? <CallSheet id={job.id} masked={job.phone_masked ?? ""} load={numbersOf} onClose={close} /> : null}
      {shown === "map" ? <MapSheet job={job} onClose={close} /> : null}
      {shown === "photos" ? <PhotoSheet job={job} onClose={close} /> : null}
      {shown === "fault" ? <FaultSheet job={job} onClose={close} /> : null}
      {shown === "finish" ? <FinishSheet job={job} onClose={close} /> : null}
      {shown === "customer" ? <FinishSheet job={job} customerSide onClose={close} /> : null}
      {shown === "more" ? <MoreSheet job={job} onClose={close} onCustomer={() => open("customer")} /> : null}
      {shown === "progress" ? <ProgressSheet job={job} onClose={close} /> : null}
    </>
  );
}
