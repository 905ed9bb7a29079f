/** The photos of a ticket: small ones in the order in which they were taken, each opens in full. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api } from "../api/client";
import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { Panel } from "../kit/pieces";
import { full } from "../lib/format";
import { ticketWords } from "./words";

export function Photos({ id }: { id: string }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const [large, setLarge] = useState<string | null>(null);
  const { data } = useQuery({
    queryKey: ["ticket", id, "photos"],
    queryFn: () => answered(api.GET("/api/v1/tickets/{ticket_id}/photos", { params: { path: { ticket_id: id } } })),
  });
  const photos = data?.photos ?? [];
  return (
    <Panel title={texts.photos}>
      {photos.length === 0 ? <p className="soft">{texts.noPhotos}</p> : null}
      <div className="row wrap">
        {photos.map((photo, n) => (
          <button key={photo.id} type="button" className="button thumb" onClick={() => setLarge(photo.id)}>
            <img src={`/api/v1/photos/${photo.id}/thumb`} alt={texts.photo(n + 1, full(photo.taken_at ?? photo.received_at))} loading="lazy" />
          </button>
        ))}
      </div>
      {large === null ? null : (
        <Dialog title={texts.photos} onClose={() => setLarge(null)}>
          <img className="photo" src={`/api/v1/photos/${large}`} alt={texts.photos} />
        </Dialog>
      )}
    </Panel>
  );
}
