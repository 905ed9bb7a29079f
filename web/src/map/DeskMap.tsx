/** The workstation's map: what waits, what is in work, who is where; a click selects, a crew that is clicked can be sent. */

import { useEffect, useMemo, useRef, useState } from "react";

import type { Schemas, Ticket } from "../api/client";
import { useMe } from "../api/session";
import { useWords } from "../i18n";
import { useFromSecond } from "../lib/clock";
import { CrewCard } from "./CrewCard";
import { useClosures, useLands, useSeats } from "./data";
import { crewOf, deskScene } from "./deskscene";
import { Legend } from "./Legend";
import { MapView } from "./MapView";
import type { MapCrew } from "./model";
import { drawn } from "./shift";
import { landNotes } from "./notes";
import { located, workOf } from "./signs";
import type { Hit, Stage } from "./Stage";
import { mapWords } from "./words";

export interface DeskMapProps {
  tickets: readonly Ticket[];
  crews: readonly MapCrew[];
  selected: string | null;
  offers: readonly Schemas["dispatch__web__offers__OfferShown"][];
  onSelect: (ticketId: string) => void;
  onAssign: (crewId: string) => void;
}

const LOOK_S = 5; // clocks are coloured anew this often
const CARD = { width: 290, height: 190 }; // px kept free for the card of a crew

export default function DeskMap(props: DeskMapProps): React.JSX.Element {
  const { tickets, crews, selected, onSelect, onAssign } = props;
  const texts = useWords(mapWords);
  const [stage, setStage] = useState<Stage | null>(null);
  const [asked, setAsked] = useState<Hit | null>(null);
  const clicked = useRef<(hit: Hit) => void>(() => undefined);
  clicked.current = (hit) => {
    const crew = hit.id === null ? null : crewOf(hit.id);
    setAsked(crew === null ? null : hit);
    if (hit.id !== null && crew === null) onSelect(hit.id);
  };
  useEffect(() => {
    stage?.onClick((hit) => clicked.current(hit));
    stage?.onMove(() => setAsked(null));
  }, [stage]);
  const home = useHome(tickets);
  useEffect(() => {
    if (stage !== null) home(stage);
  }, [stage]); // later changes of the tickets do not move the map under the hand
  useScene(stage, props);
  const notes = useClosed(stage);
  const counts = useMemo(() => countsOf(tickets), [tickets]);
  const crew = crews.find((each) => asked?.id === `crew ${each.id}`);
  return (
    <MapView label={texts.about(counts.waiting, counts.working, crews.length)} home={home} onStage={setStage}>
      {counts.lost.length > 0 ? (
        <div className="map-notices">
          <button type="button" className="button" title={texts.unlocatedHint} onClick={() => counts.lost[0] && onSelect(counts.lost[0])}>
            {texts.unlocated(counts.lost.length)}
          </button>
        </div>
      ) : null}
      <Legend crews notes={notes} />
      {crew !== undefined && asked !== null ? (
        <CrewCard
          crew={crew}
          {...beside(asked)}
          mayAssign={selected !== null}
          onAssign={() => {
            setAsked(null);
            onAssign(crew.id);
          }}
          onTicket={onSelect}
          onClose={() => setAsked(null)}
        />
      ) : null}
    </MapView>
  );
}

/** Where the card lies: beside the crew, within the map. */
function beside({ px, py, width, height }: Hit): { left: number; top: number } {
  return { left: Math.max(4, Math.min(px + 12, width - CARD.width)), top: Math.max(4, Math.min(py + 12, height - CARD.height)) };
}

function countsOf(tickets: readonly Ticket[]): { waiting: number; working: number; lost: string[] } {
  const counts = { waiting: 0, working: 0, lost: [] as string[] };
  for (const ticket of tickets) {
    const work = workOf(ticket.stage);
    if (work === "over") continue;
    counts[work] += 1;
    if (!located(ticket)) counts.lost.push(ticket.id);
  }
  return counts;
}

/** Shows the own area; where its land is not known, the tickets. */
function useHome(tickets: readonly Ticket[]): (stage: Stage) => void {
  const { area } = useMe().account;
  return (stage) => {
    const own = (code: string): boolean => code.startsWith(area) || area.startsWith(code);
    if (!stage.fitAreas(own)) stage.fitPlaces(tickets.filter(located).map(({ lon, lat }) => drawn(lon, lat, stage.shift)));
  };
}

function useScene(stage: Stage | null, { tickets, crews, selected, offers }: DeskMapProps): void {
  const { area } = useMe().account;
  const lands = useLands();
  const depots = useSeats();
  const second = useFromSecond((now) => now - (now % LOOK_S));
  useEffect(() => {
    stage?.dress((code) => ({ fill: code.startsWith(area) || area.startsWith(code) ? "land-own" : "land", strong: area.startsWith(code) }));
  }, [stage, area]);
  useEffect(() => {
    stage?.show(deskScene({ tickets, crews, selected, offers, lands: lands ?? [], depots }, stage.shift, second));
  }, [stage, tickets, crews, selected, offers, lands, depots, second]);
  useEffect(() => {
    const chosen = tickets.find((ticket) => ticket.id === selected);
    if (stage !== null && chosen !== undefined && located(chosen)) stage.reveal(...drawn(chosen.lon, chosen.lat, stage.shift));
  }, [stage, selected]); // a ticket that moves on does not drag the map along
}

function useClosed(stage: Stage | null): string[] {
  const texts = useWords(mapWords);
  const closures = useClosures();
  const lands = useLands();
  useEffect(() => stage?.close(closures.drawn), [stage, closures]);
  const n = closures.drawn.length;
  return [
    texts.marks,
    texts.stale,
    texts.offers,
    ...(n + closures.hidden > 0 ? [texts.closures(n, closures.hidden)] : []),
    ...landNotes(lands, texts),
  ];
}
