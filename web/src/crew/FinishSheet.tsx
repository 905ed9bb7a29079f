/** The last report (完成复电): how it ended, why it failed, what was done; checked while it is filled. */

import { useState } from "react";

import { Cause, Ownership, Result } from "../api/labels.gen";
import { useWords } from "../i18n";
import { useStore } from "../lib/store";
import { hints, MOST, overlong, wrongs, type Filled, type Hint, type Wrong } from "./checks";
import { useDraft } from "./draft";
import { Options, Select, Taps, Text } from "./fields";
import { finishOf } from "./finishing";
import { DETAILS } from "./kinds";
import { complain, say } from "./notice";
import { PhotoStrip, usePhotoNames } from "./PhotoSheet";
import { replyRules, useRules } from "./rules";
import { report } from "./sending";
import { Sheet } from "./Sheet";
import type { Job } from "./steps";
import { roomWords, type RoomWords } from "./roomWords";
import { showWrong } from "./wrongs";

const MESSAGES: Record<Wrong, keyof RoomWords> = {
  faultPoint: "wrongFaultPoint",
  ownership: "wrongOwnership",
  customerOwned: "wrongCustomerOwned",
  record: "wrongRecord",
  photos: "wrongPhotos",
  cause: "wrongCause",
};

function sentence(hint: Hint, t: RoomWords): string {
  if (hint.kind === "informal") return t.hintInformal(hint.word);
  return t[`hint${hint.kind.charAt(0).toUpperCase()}${hint.kind.slice(1)}` as "hintVague"];
}

function Hints({ found, t }: { found: readonly Hint[]; t: RoomWords }): React.JSX.Element | null {
  if (found.length === 0) return null;
  return (
    <section className="hints" aria-label={t.checkTitle}>
      <h3>{t.checkTitle}</h3>
      <ul>
        {found.map((hint) => (
          <li key={sentence(hint, t)}>▲ {sentence(hint, t)}</li>
        ))}
      </ul>
    </section>
  );
}

interface Props {
  job: Job;
  customerSide?: boolean;
  onClose: () => void;
}

type Typed = Omit<Filled, "located" | "photos">;

function firstOf(job: Job, customerSide: boolean): Typed {
  const blank = { cause: "", causeDetail: "", record: "", faultPoint: "" };
  if (customerSide) return { ...blank, result: "customer_side", ownership: "customer" };
  return { ...blank, result: "restored", ownership: job.ownership ?? "grid" };
}

export function FinishSheet({ job, customerSide = false, onClose }: Props): React.JSX.Element {
  const t = useWords(roomWords) as RoomWords;
  const first = firstOf(job, customerSide);
  const { value, change, clear } = useDraft(`${customerSide ? "customer" : "finish"}/${job.id}`, first);
  const located = job.stage === "located" || job.stage === "repairing";
  const names = usePhotoNames(job, (located ? job.located_at : job.arrived_at) ?? null);
  const [tried, setTried] = useState(false);
  useRules(job.pack);
  const filled: Filled = { ...value, located, photos: names.length };
  const wrong = wrongs(filled);
  const saying = (...which: Wrong[]): string | undefined => {
    const found = which.find((one) => wrong.includes(one));
    return tried && found !== undefined ? (t[MESSAGES[found]] as string) : undefined;
  };
  const send = async (): Promise<void> => {
    setTried(true);
    if (wrong.length > 0 || overlong(filled)) return showWrong();
    const taken = await report(job, finishOf(job, filled, names));
    if (!taken) say(t.already, true);
    clear();
    onClose();
  };
  const found = hints(filled, job, useStore(replyRules));
  return (
    <Sheet title={t.finishTitle} onClose={onClose}>
      <Options name={t.result} options={Result} value={value.result} onChange={(result) => change(result === "customer_side" ? { result, ownership: "customer" } : { result })} />
      {located || value.result !== "restored" ? null : (
        <Text name={t.faultPoint} value={value.faultPoint} hint={t.faultHint} most={MOST.faultPoint} wrong={saying("faultPoint")} onChange={(faultPoint) => change({ faultPoint })} />
      )}
      <Options name={t.ownership} options={Ownership} value={value.ownership} wrong={saying("ownership", "customerOwned")} onChange={(ownership) => change({ ownership })} />
      <Select name={t.cause} options={Cause} value={value.cause} wrong={saying("cause")} onChange={(cause) => change({ cause, causeDetail: "" })} />
      <Text name={t.causeDetail} value={value.causeDetail} most={MOST.causeDetail} onChange={(causeDetail) => change({ causeDetail })} />
      <Taps texts={DETAILS[value.cause] ?? []} onTap={(causeDetail) => change({ causeDetail })} />
      <Text name={t.record} value={value.record} hint={t.recordHint} most={MOST.words} rows={4} wrong={saying("record")} onChange={(record) => change({ record })} />
      <PhotoStrip job={job} />
      {saying("photos") === undefined ? null : <p className="wrong" role="alert">✖ {t.wrongPhotos}</p>}
      <Hints found={found} t={t} />
      <button type="button" className="big" onClick={() => void send().catch(complain)}>
        {t.restore}
      </button>
    </Sheet>
  );
}
