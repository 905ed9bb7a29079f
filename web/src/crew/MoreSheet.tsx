/** What is not the plain way: the customer's own fault, giving the job back, power back before arriving, asking for help. */

import { useState } from "react";

import { RejectReason, Waiver } from "../api/labels.gen";
import { useWords } from "../i18n";
import { MOST, over } from "./checks";
import { useDraft } from "./draft";
import { Options, Text } from "./fields";
import { complain, say } from "./notice";
import { command, report, type Said } from "./sending";
import { Sheet } from "./Sheet";
import { BEFORE_ARRIVAL, type Job } from "./steps";
import { roomWords } from "./roomWords";

interface Props {
  job: Job;
  onClose: () => void;
  onCustomer: () => void;
}

interface PartProps {
  job: Job;
  onDone: () => void;
}

/** Reports a step and closes; what is there already says so. */
function useSend(job: Job, onDone: () => void): (step: Said) => void {
  const t = useWords(roomWords);
  const send = async (step: Said): Promise<void> => {
    if (!(await report(job, [step]))) say(t.already, true);
    onDone();
  };
  return (step) => void send(step).catch(complain);
}

function Reject({ job, onDone }: PartProps): React.JSX.Element {
  const t = useWords(roomWords);
  const { value, change, clear } = useDraft(`reject/${job.id}`, { reason: "", text: "" });
  const [tried, setTried] = useState(false);
  const send = useSend(job, onDone);
  const act = (): void => {
    setTried(true);
    if (value.reason === "" || over(value.text, MOST.words) > 0) return;
    clear();
    send({ kind: "crew-reject", said: { reason: value.reason, text: value.text.trim() } });
  };
  return (
    <details>
      <summary>{t.reject}</summary>
      <Options name={t.rejectReason} options={RejectReason} value={value.reason} wrong={tried && value.reason === "" ? t.required : undefined} onChange={(reason) => change({ reason })} />
      <Text name={t.rejectText} value={value.text} most={MOST.words} rows={2} onChange={(text) => change({ text })} />
      <button type="button" className="act risky" onClick={act}>
        {t.reject}
      </button>
    </details>
  );
}

function Waive({ job, onDone }: PartProps): React.JSX.Element {
  const t = useWords(roomWords);
  const [waiver, setWaiver] = useState("");
  const [tried, setTried] = useState(false);
  const send = useSend(job, onDone);
  const act = (): void => {
    setTried(true);
    if (waiver !== "") send({ kind: "restore", said: { waiver } });
  };
  return (
    <details>
      <summary>{t.waive}</summary>
      <Options name={t.waiveReason} options={Waiver} value={waiver} wrong={tried && waiver === "" ? t.required : undefined} onChange={setWaiver} />
      <button type="button" className="act" onClick={act}>
        {t.waive}
      </button>
    </details>
  );
}

function Note({ job, onDone }: PartProps): React.JSX.Element {
  const t = useWords(roomWords);
  const { value, change, clear } = useDraft(`note/${job.id}`, { text: "" });
  const [tried, setTried] = useState(false);
  const act = async (): Promise<void> => {
    setTried(true);
    const text = value.text.trim();
    if (text === "" || over(text, MOST.words) > 0) return;
    const about = { kind: "note", path: `/tickets/${job.id}/note`, subject: job.id, title: job.ticket_no } as const;
    await command(about, { note: "other", text });
    clear();
    onDone();
  };
  return (
    <details>
      <summary>{t.askHelp}</summary>
      <Text name={t.noteText} value={value.text} most={MOST.words} rows={3} wrong={tried && value.text.trim() === "" ? t.required : undefined} onChange={(text) => change({ text })} />
      <button type="button" className="act" onClick={() => void act().catch(complain)}>
        {t.send}
      </button>
    </details>
  );
}

export function MoreSheet({ job, onClose, onCustomer }: Props): React.JSX.Element {
  const t = useWords(roomWords);
  const going = BEFORE_ARRIVAL.has(job.stage);
  return (
    <Sheet title={t.moreTitle} onClose={onClose}>
      {going ? null : (
        <button type="button" className="act" onClick={onCustomer}>
          {t.customerSide}
        </button>
      )}
      {going ? <Reject job={job} onDone={onClose} /> : null}
      {going ? <Waive job={job} onDone={onClose} /> : null}
      <Note job={job} onDone={onClose} />
    </Sheet>
  );
}
