/** The map of the replay, drawn anew with the replay's time. */

import { useEffect, useMemo, useRef, useState } from "react";

import { useWords } from "../i18n";
import { useStore } from "../lib/store";
import { useLands } from "../map/data";
import { Sign } from "../map/Legend";
import { MapView } from "../map/MapView";
import { landNotes } from "../map/notes";
import { CREW_SIGNS, ticketSign } from "../map/signs";
import type { Stage } from "../map/Stage";
import { mapWords } from "../map/words";
import { frameAt, placesOf, type Replay } from "./frame";
import type { Play } from "./play";
import { clock, type Player } from "./player";
import { replayWords } from "./words";

interface Props {
  day: Replay;
  play: Play;
  player: Player;
  selected: string | null;
  onSelect: (id: string) => void;
}

export function ReplayMap({ day, play, player, selected, onSelect }: Props): React.JSX.Element {
  const texts = useWords(replayWords);
  const [stage, setStage] = useState<Stage | null>(null);
  const minute = Math.floor(useStore(player.state).second / 60);
  useFrames(stage, { day, play, player, selected });
  useEffect(() => {
    stage?.dress((code) => ({ fill: code.startsWith(day.area) ? "land-own" : "land", strong: code === day.area }));
    if (stage !== null) home(stage, day.area);
  }, [stage, day.area]);
  const clicked = useRef(onSelect);
  clicked.current = onSelect;
  useEffect(() => {
    stage?.onClick(({ id }) => {
      if (id !== null) clicked.current(id);
    });
  }, [stage]);
  const lost = useMemo(() => day.tickets.filter(({ lon }) => lon === null).length, [day]);
  const { waiting, working, late } = play.minutes;
  const label = texts.map(clock(minute * 60), waiting[minute] ?? 0, working[minute] ?? 0, late[minute] ?? 0);
  return (
    <MapView label={label} home={(each) => home(each, day.area)} onStage={setStage}>
      {lost > 0 ? (
        <div className="map-notices">
          <span className="tag warn">{texts.unlocated(lost)}</span>
        </div>
      ) : null}
      <ReplayLegend />
    </MapView>
  );
}

function home(stage: Stage, area: string): void {
  stage.fitAreas((code) => code.startsWith(area));
}

/** Draws each moment that the player tells of; React is not asked. */
function useFrames(stage: Stage | null, { day, play, player, selected }: Omit<Props, "onSelect">): void {
  const places = useMemo(() => (stage === null ? null : placesOf(day, stage.shift)), [day, stage]);
  useEffect(() => {
    if (stage === null || places === null) return undefined;
    const draw = (): void => stage.show(frameAt(day, play, places, player.state.get().second, selected));
    draw();
    return player.state.watch(draw);
  }, [stage, places, day, play, player, selected]);
}

function ReplayLegend(): React.JSX.Element {
  const texts = useWords(replayWords);
  const maps = useWords(mapWords);
  const notes = landNotes(useLands(), maps);
  const rows = [
    [ticketSign("waiting", 0), maps.waiting],
    [ticketSign("working", 0), maps.working],
    [ticketSign("waiting", 3), texts.late],
    [CREW_SIGNS.en_route, maps.crewsBy.en_route],
    [CREW_SIGNS.on_site, maps.crewsBy.on_site],
  ] as const;
  return (
    <details className="map-legend">
      <summary>{maps.legend}</summary>
      <ul>
        {rows.map(([kind, text]) => (
          <li key={text}>
            <Sign kind={kind} /> {text}
          </li>
        ))}
        <li>{texts.crew}</li>
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </details>
  );
}
