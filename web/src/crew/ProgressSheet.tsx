/** A word from a job that goes on, with the time when power is expected back (进展汇报). */

import { useState } from "react";

import { useWords } from "../i18n";
import { MOST, over } from "./checks";
import { useDraft } from "./draft";
import { instantIn } from "./etr";
import { EtrField } from "./EtrField";
import { Text } from "./fields";
import { complain } from "./notice";
import { report } from "./sending";
import { Sheet } from "./Sheet";
import type { Job } from "./steps";
import { roomWords } from "./roomWords";

export function ProgressSheet({ job, onClose }: { job: Job; onClose: () => void }): React.JSX.Element {
  const t = useWords(roomWords);
  const { value, change, clear } = useDraft(`progress/${job.id}`, { text: "", etr: "" });
  const [tried, setTried] = useState(false);
  const text = value.text.trim();
  const send = async (): Promise<void> => {
    setTried(true);
    if (text === "" || over(text, MOST.words) > 0) return;
    const etr = instantIn(value.etr);
    await report(job, [{ kind: "progress", said: { text, ...(etr === null ? {} : { etr_at: etr }) } }]);
    clear();
    onClose();
  };
  return (
    <Sheet title={t.progressTitle} onClose={onClose}>
      <Text name={t.progressText} value={value.text} hint={t.progressHint} most={MOST.words} rows={3} wrong={tried && text === "" ? t.required : undefined} onChange={(said) => change({ text: said })} />
      <EtrField value={value.etr} onChange={(etr) => change({ etr })} />
      <button type="button" className="big" onClick={() => void send().catch(complain)}>
        {t.send}
      </button>
    </Sheet>
  );
}
