/** What was found (故障点确认): the point, whose it is, by when it will be mended; with the photos taken on site. */

import { useState } from "react";

import { Ownership } from "../api/labels.gen";
import { useWords } from "../i18n";
import { MOST, over } from "./checks";
import { useDraft } from "./draft";
import { instantIn } from "./etr";
import { EtrField } from "./EtrField";
import { Options, Text } from "./fields";
import { complain, say } from "./notice";
import { PhotoStrip, usePhotoNames } from "./PhotoSheet";
import { report, type Said } from "./sending";
import { Sheet } from "./Sheet";
import type { Job } from "./steps";
import { roomWords } from "./roomWords";
import { showWrong } from "./wrongs";

const EMPTY = { point: "", ownership: "grid", etr: "", begins: true };

export function FaultSheet({ job, onClose }: { job: Job; onClose: () => void }): React.JSX.Element {
  const t = useWords(roomWords);
  const { value, change, clear } = useDraft(`fault/${job.id}`, EMPTY);
  const photos = usePhotoNames(job, job.arrived_at ?? null);
  const [tried, setTried] = useState(false);
  const point = value.point.trim();
  const send = async (): Promise<void> => {
    setTried(true);
    if (point === "" || over(point, MOST.faultPoint) > 0 || photos.length === 0) return showWrong();
    const etr = instantIn(value.etr);
    const located: Said = { kind: "locate", said: { fault_point: point, ownership: value.ownership, photos, ...(etr === null ? {} : { etr_at: etr }) } };
    const taken = await report(job, value.begins ? [located, { kind: "start-repair" }] : [located]);
    if (!taken) say(t.already, true);
    clear();
    onClose();
  };
  return (
    <Sheet title={t.faultTitle} onClose={onClose}>
      <Text name={t.faultPoint} value={value.point} hint={t.faultHint} most={MOST.faultPoint} wrong={tried && point === "" ? t.wrongFaultPoint : undefined} onChange={(text) => change({ point: text })} />
      <Options name={t.ownership} options={Ownership} value={value.ownership} onChange={(ownership) => change({ ownership })} />
      <EtrField value={value.etr} onChange={(etr) => change({ etr })} />
      <PhotoStrip job={job} />
      {photos.length > 0 ? <p className="soft">{t.photosHave(photos.length)}</p> : <p className={tried ? "wrong" : "soft"}>{t.photosNeeded}</p>}
      <label className="check">
        <input type="checkbox" checked={value.begins} onChange={(event) => change({ begins: event.target.checked })} />
        {t.startNow}
      </label>
      <button type="button" className="big" onClick={() => void send().catch(complain)}>
        {t.send}
      </button>
    </Sheet>
  );
}
