/** Photos of a job: taken or chosen, made small on the phone, put into the outbox at once. */

import { useEffect, useState } from "react";

import { may, useMe } from "../api/session";
import { useWords } from "../i18n";
import { useStore } from "../lib/store";
import { shelf } from "./desk";
import { Icon } from "./Icon";
import { ICONS } from "./paths";
import { isWaiting } from "./items";
import { complain, say } from "./notice";
import { develop, namesOf, NotPicture, pictures, readPictures } from "./pictures";
import { addPhoto } from "./sending";
import { outbox, reached } from "./state";
import { Sheet } from "./Sheet";
import type { Job } from "./steps";
import { twoTimes } from "./time";
import { roomWords } from "./roomWords";

interface Photos {
  sent: readonly { id: string; taken_at: string }[];
  unsent: readonly string[];
  count: number;
}

/** A job's photos: those that the server has and those that wait. */
export function usePhotos(job: Job): Photos {
  const me = useMe();
  const online = useStore(reached);
  const known = useStore(pictures).get(job.id);
  const items = useStore(outbox);
  const reads = may(me, "photo.read");
  useEffect(() => {
    if (reads) readPictures(job.id).catch(() => undefined); // without a line what is known stays
  }, [job.id, online, reads]);
  const unsent = items.filter((item) => item.sort === "photo" && item.subject === job.id && isWaiting(item)).map((item) => item.id);
  return { sent: known ?? [], unsent, count: (known?.length ?? 0) + unsent.length };
}

/** The names of the photos that a report of now speaks of. */
export function usePhotoNames(job: Job, since: string | null): string[] {
  const { sent } = usePhotos(job);
  return namesOf(job.id, sent, useStore(outbox), since);
}

function Unsent({ id, alt, mark }: { id: string; alt: string; mark: string }): React.JSX.Element {
  const [src, setSrc] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    void shelf()
      .photo(id)
      .then((bytes) => {
        if (bytes === null || gone) return;
        made = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
        setSrc(made);
      });
    return () => {
      gone = true;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [id]);
  return (
    <li>
      {src === null ? <span className="no-thumb" /> : <img src={src} alt={alt} />}
      <span className="mark warn">{mark}</span>
    </li>
  );
}

async function addAll(job: Job, files: FileList | null, notPicture: (name: string) => string, full: string): Promise<void> {
  for (const file of Array.from(files ?? [])) {
    const times = twoTimes();
    try {
      await addPhoto(job, await develop(file, job.ticket_no, times.at), times);
    } catch (error) {
      if (error instanceof NotPicture) say(notPicture(file.name), true);
      else if (error instanceof DOMException && error.name === "QuotaExceededError") say(full, true);
      else complain(error);
    }
  }
}

/** The pictures with the two ways to add one; also stands inside the forms. */
export function PhotoStrip({ job }: { job: Job }): React.JSX.Element {
  const t = useWords(roomWords);
  const { sent, unsent } = usePhotos(job);
  const [busy, setBusy] = useState(false);
  const add = async (input: HTMLInputElement): Promise<void> => {
    setBusy(true);
    await addAll(job, input.files, t.notPicture, t.photoFull);
    input.value = "";
    setBusy(false);
  };
  return (
    <>
      <div className="two">
        <label className="act">
          <Icon path={ICONS.camera} /> {t.camera}
          <input className="only-read" type="file" accept="image/*" capture="environment" onChange={(event) => void add(event.currentTarget)} />
        </label>
        <label className="act">
          {t.album}
          <input className="only-read" type="file" accept="image/*" multiple onChange={(event) => void add(event.currentTarget)} />
        </label>
      </div>
      <p role="status" className="soft">
        {busy ? t.developing : ""}
      </p>
      <ul className="strip">
        {sent.map((photo, n) => (
          <li key={photo.id}>
            <img src={`/api/v1/photos/${photo.id}/thumb`} alt={t.photoOf(n + 1)} loading="lazy" />
          </li>
        ))}
        {unsent.map((id, n) => (
          <Unsent key={id} id={id} alt={t.photoOf(sent.length + n + 1)} mark={t.photoWaiting} />
        ))}
      </ul>
    </>
  );
}

export function PhotoSheet({ job, onClose }: { job: Job; onClose: () => void }): React.JSX.Element {
  const t = useWords(roomWords);
  return (
    <Sheet title={t.photosTitle} onClose={onClose}>
      <PhotoStrip job={job} />
    </Sheet>
  );
}
