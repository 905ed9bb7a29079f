/** Pictures from the site, small ones that open in full. */

import { useState } from "react";

import type { Schemas, Ticket } from "../api/client";
import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { Panel } from "../kit/pieces";
import { full, hm } from "../lib/format";
import { usePhotos } from "./queries";
import { deskWords } from "./words";

export function Photos({ ticket }: { ticket: Ticket }): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const { data } = usePhotos(ticket);
  const [open, setOpen] = useState<Schemas["PhotoShown"] | null>(null);
  if (data === undefined || data.photos.length === 0) return null;
  return (
    <Panel title={texts.photos}>
      <div className="row wrap">
        {data.photos.map((photo) => (
          <button key={photo.id} type="button" className="photo" onClick={() => setOpen(photo)}>
            <img src={`/api/v1/photos/${photo.id}/thumb`} alt={texts.photo(full(photo.taken_at))} loading="lazy" height={72} />
            <span className="small">{hm(photo.taken_at)}</span>
          </button>
        ))}
      </div>
      {open === null ? null : (
        <Dialog title={texts.photo(full(open.taken_at))} onClose={() => setOpen(null)}>
          <img className="photo-whole" src={`/api/v1/photos/${open.id}`} alt={texts.photo(full(open.taken_at))} />
        </Dialog>
      )}
    </Panel>
  );
}
