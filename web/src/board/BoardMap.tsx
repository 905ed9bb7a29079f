/** The counties coloured by a figure, with their numbers; open tickets as points on them. A click goes into an area. */

import { useEffect, useMemo, useRef, useState } from "react";

import { board } from "../api/board";
import type { Ticket } from "../api/client";
import { useWords } from "../i18n";
import { useFromSecond } from "../lib/clock";
import { batches, type Dot } from "../map/dots";
import { useLands } from "../map/data";
import { MapView } from "../map/MapView";
import { landNotes } from "../map/notes";
import type { Scene } from "../map/scene";
import { drawn, type Shift } from "../map/shift";
import { located, workOf } from "../map/signs";
import type { Stage } from "../map/Stage";
import { mapWords } from "../map/words";
import { colouring, type Colouring, type Measure } from "./measures";
import type { Dashboard } from "./useDashboard";
import { boardWords } from "./words";

interface Props {
  data: Dashboard;
  measure: Measure;
  onArea?: (code: string) => void;
  live: boolean; // today: what is open now is drawn as points
  still?: boolean;
}

const POINTS_S = 2; // points are laid out anew this often

export function BoardMap({ data, measure, onArea, live, still = false }: Props): React.JSX.Element {
  const texts = useWords(boardWords);
  const [stage, setStage] = useState<Stage | null>(null);
  const colours = useMemo(() => colouring(measure, data.counties), [measure, data.counties]);
  useLook(stage, colours, data);
  usePoints(stage, colours, data, live);
  useHome(stage, data.area);
  const picked = useRef(onArea);
  picked.current = onArea;
  useEffect(() => {
    stage?.onClick(({ code }) => {
      if (code !== null) picked.current?.(code);
    });
  }, [stage]);
  const label = texts.mapAbout(texts.measures[measure], data.name, data.counties.length);
  return (
    <MapView label={label} home={(each) => home(each, data.area)} onStage={setStage} still={still}>
      <MapLegend colours={colours} title={texts.measures[measure]} live={live} />
    </MapView>
  );
}

function home(stage: Stage, area: string): void {
  stage.fitAreas((code) => code.startsWith(area));
}

function useHome(stage: Stage | null, area: string): void {
  useEffect(() => {
    if (stage !== null) home(stage, area);
  }, [stage, area]);
}

function useLook(stage: Stage | null, colours: Colouring, { area }: Dashboard): void {
  useEffect(() => {
    stage?.dress((code) => {
      const step = colours.of.get(code)?.step ?? 0;
      return { fill: step === 0 ? "land" : `heat-${step}`, strong: code === area };
    });
  }, [stage, colours, area]);
}

function usePoints(stage: Stage | null, colours: Colouring, { area }: Dashboard, live: boolean): void {
  const lands = useLands();
  const turn = useFromSecond((second) => second - (second % POINTS_S));
  useEffect(() => {
    if (stage === null) return;
    const dots = live ? [...dotsOf(board.get().values(), area, stage.shift)] : [];
    const heat = (code: string): number => colours.of.get(code)?.step ?? 0;
    const hottest = [...(lands ?? [])].sort((one, other) => heat(other.code) - heat(one.code));
    const labels: Scene["labels"] = hottest.flatMap(({ code, name, lon, lat }) => {
      if (lon === null || lat === null || !code.startsWith(area)) return [];
      const [x, y] = drawn(lon, lat, stage.shift);
      return [{ x, y, text: `${name} ${colours.of.get(code)?.text ?? ""}`, colour: "text", away: 0 }];
    });
    stage.show({ batches: batches(dots), lines: [], rings: [], labels });
  }, [stage, lands, colours, area, live, turn]);
}

function* dotsOf(tickets: Iterable<Ticket>, area: string, shift: Shift): Generator<Dot> {
  for (const ticket of tickets) {
    if (!ticket.area.startsWith(area) || workOf(ticket.stage) === "over" || !located(ticket)) continue;
    const [x, y] = drawn(ticket.lon, ticket.lat, shift);
    const late = (ticket.flags?.overdue?.length ?? 0) > 0;
    yield { id: ticket.id, x, y, kind: late ? { shape: "diamond", colour: "bad", size: 4 } : { shape: "square", colour: "chart-warn", size: 2 } };
  }
}

function MapLegend({ colours, title, live }: { colours: Colouring; title: string; live: boolean }): React.JSX.Element {
  const texts = useWords(boardWords);
  const maps = useWords(mapWords);
  const notes = landNotes(useLands(), maps);
  return (
    <div className="map-legend board-legend">
      <strong>{title}</strong>
      <ul>
        {colours.legend.map(({ step, text }) => (
          <li key={`${step} ${text}`}>
            <span className="board-swatch" style={{ background: `var(--${step === 0 ? "land" : `heat-${step}`})` }} />
            {text}
          </li>
        ))}
      </ul>
      {live ? <p>{texts.mapPoints}</p> : null}
      {notes.map((note) => (
        <p key={note} className="soft">
          {note}
        </p>
      ))}
    </div>
  );
}
