/** What the signs of the map mean; drawn with the same outlines as the picture. */

import { useWords } from "../i18n";
import { HOLLOW, trace, type Kind } from "./dots";
import { CREW_SIGNS, ticketSign } from "./signs";
import { mapWords } from "./words";

const SIDE = 18;

/** One sign as SVG. */
export function Sign({ kind }: { kind: Kind }): React.JSX.Element {
  const hollow = HOLLOW.has(kind.shape);
  const paint = `var(--${kind.colour})`;
  return (
    <svg width={SIDE} height={SIDE} aria-hidden="true">
      <path d={outline(kind)} fill={hollow ? "none" : paint} stroke={hollow ? paint : "none"} strokeWidth={2} />
    </svg>
  );
}

function outline(kind: Kind): string {
  const parts: string[] = [];
  const pen = {
    beginPath: () => undefined,
    moveTo: (x: number, y: number) => parts.push(`M${x} ${y}`),
    lineTo: (x: number, y: number) => parts.push(`L${x} ${y}`),
    arc: (x: number, y: number, r: number) => parts.push(`M${x + r} ${y}A${r} ${r} 0 1 1 ${x - r} ${y}A${r} ${r} 0 1 1 ${x + r} ${y}`),
    rect: (x: number, y: number, w: number, h: number) => parts.push(`M${x} ${y}h${w}v${h}h${-w}Z`),
    closePath: () => parts.push("Z"),
  };
  trace(pen, kind.shape, SIDE / 2, SIDE / 2, kind.size);
  return parts.join("");
}

interface Props {
  crews: boolean;
  notes: readonly string[]; // further lines
  open?: boolean;
}

export function Legend({ crews, notes, open = false }: Props): React.JSX.Element {
  const texts = useWords(mapWords);
  const rows: (readonly [Kind, string])[] = [
    [ticketSign("waiting", 1), texts.waiting],
    [ticketSign("working", 0), texts.working],
    ...(crews ? (["free", "en_route", "on_site", "off"] as const).map((state) => [CREW_SIGNS[state], texts.crewsBy[state]] as const) : []),
  ];
  return (
    <details className="map-legend" open={open}>
      <summary>{texts.legend}</summary>
      <ul>
        {rows.map(([kind, text]) => (
          <li key={text}>
            <Sign kind={kind} /> {text}
          </li>
        ))}
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </details>
  );
}
