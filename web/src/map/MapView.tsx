/** The frame of a map: the canvas that is a picture to screen readers, its keys and its three buttons. */

import { useEffect, useRef, useState, type ReactNode } from "react";

import { useWords } from "../i18n";
import { useTheme } from "../theme/theme";
import { useBasemap, useLands } from "./data";
import "./map.css";
import { Stage } from "./Stage";
import { mapWords } from "./words";

interface Props {
  label: string; // what the picture says, in words
  home: (stage: Stage) => void; // shows what the map is about
  onStage: (stage: Stage | null) => void;
  still?: boolean; // nobody is there to move it
  children?: ReactNode;
}

export function MapView({ label, home, onStage, still = false, children }: Props): React.JSX.Element {
  const texts = useWords(mapWords);
  const host = useRef<HTMLDivElement>(null);
  const stage = useStage(host, still, onStage);
  const attribution = useBasemap()?.attribution;
  const moves: Record<string, () => void> = {
    ArrowLeft: () => stage?.pan(-1, 0),
    ArrowRight: () => stage?.pan(1, 0),
    ArrowUp: () => stage?.pan(0, -1),
    ArrowDown: () => stage?.pan(0, 1),
    "+": () => stage?.zoom(1),
    "=": () => stage?.zoom(1),
    "-": () => stage?.zoom(-1),
    Home: () => stage && home(stage),
  };
  const pressed = (event: React.KeyboardEvent): void => {
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };
  return (
    <div className="map grow">
      <div ref={host} className="map-ground" role="img" aria-label={`${label}。${still ? "" : texts.keys}`} tabIndex={still ? -1 : 0} onKeyDown={pressed} />
      {still ? null : (
        <div className="map-buttons">
          <button type="button" className="button" aria-label={texts.closer} onClick={() => stage?.zoom(1)}>
            +
          </button>
          <button type="button" className="button" aria-label={texts.farther} onClick={() => stage?.zoom(-1)}>
            −
          </button>
          <button type="button" className="button" aria-label={texts.home} title={texts.home} onClick={() => stage && home(stage)}>
            ⌂
          </button>
        </div>
      )}
      {attribution ? <span className="map-attribution">{attribution}</span> : null}
      {children}
    </div>
  );
}

/** Builds the map once the ground is known, with land and theme; takes it down with the page. */
function useStage(host: React.RefObject<HTMLDivElement | null>, still: boolean, onStage: (stage: Stage | null) => void): Stage | null {
  const basemap = useBasemap();
  const lands = useLands();
  const theme = useTheme();
  const [stage, setStage] = useState<Stage | null>(null);
  const tell = useRef(onStage);
  tell.current = onStage;
  useEffect(() => {
    if (basemap === undefined || host.current === null) return undefined;
    const made = new Stage(host.current, basemap, still);
    setStage(made);
    return () => {
      setStage(null);
      tell.current(null);
      made.destroy();
    };
  }, [basemap, host, still]);
  useEffect(() => {
    if (stage === null || lands === undefined) return;
    stage.lay(lands);
    tell.current(stage); // now the areas can be shown
  }, [stage, lands]);
  useEffect(() => stage?.redress(), [stage, theme]);
  return stage;
}
