/** What the map tells of the crew that was clicked, and the way to give it the selected ticket. */

import { useEffect, useRef } from "react";

import { useWords } from "../i18n";
import { Button } from "../kit/pieces";
import type { MapCrew } from "./model";
import { mapWords } from "./words";

interface Props {
  crew: MapCrew;
  left: number;
  top: number;
  mayAssign: boolean; // a ticket is selected
  onAssign: () => void;
  onTicket: (id: string) => void;
  onClose: () => void;
}

export function CrewCard({ crew, left, top, mayAssign, onAssign, onTicket, onClose }: Props): React.JSX.Element {
  const texts = useWords(mapWords);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector("button")?.focus(), [crew.id]);
  const { ticketId } = crew;
  const age = crew.ageS === null ? texts.crew.noAge : texts.crew.position(texts.minutes(Math.floor(crew.ageS / 60)));
  return (
    <div
      ref={box}
      className="map-crew stack"
      role="dialog"
      aria-label={crew.name}
      style={{ left, top }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <strong>{crew.name}</strong>
      <span className="soft small">
        {texts.crewsBy[crew.state]} · {age}
      </span>
      <Button tone="main" disabled={!mayAssign} onClick={onAssign}>
        {texts.crew.assign}
      </Button>
      {mayAssign ? null : <span className="small">{texts.crew.pickFirst}</span>}
      {ticketId === null ? null : <Button onClick={() => onTicket(ticketId)}>{texts.crew.job}</Button>}
      <Button onClick={onClose}>{texts.crew.close}</Button>
    </div>
  );
}
