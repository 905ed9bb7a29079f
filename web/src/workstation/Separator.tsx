/** The line between two panes: dragged with the mouse, or moved with the arrow keys. */

import { useWords } from "../i18n";
import { useStore } from "../lib/store";
import { BOUNDS, layout, resize, type Edge } from "./layout";
import { deskWords } from "./words";

const STEP_PX = 24;

/** Which way the mouse moves to make the pane larger. */
const GROWS: Readonly<Record<Edge, 1 | -1>> = { left: 1, right: -1, below: -1 };
const KEYS: Readonly<Record<Edge, Readonly<Record<string, number>>>> = {
  left: { ArrowRight: 1, ArrowLeft: -1 },
  right: { ArrowRight: -1, ArrowLeft: 1 },
  below: { ArrowDown: -1, ArrowUp: 1 },
};

export function Separator({ edge }: { edge: Edge }): React.JSX.Element {
  const texts = useWords(deskWords);
  const size = useStore(layout)[edge];
  const [least, most] = BOUNDS[edge];
  const pressed = (event: React.KeyboardEvent): void => {
    const by = KEYS[edge][event.key];
    if (by === undefined) return;
    event.preventDefault();
    resize(edge, size + by * STEP_PX);
  };
  return (
    <div
      className={`separator ${edge}`}
      role="separator"
      tabIndex={0}
      aria-label={texts.separators[edge]}
      aria-orientation={edge === "below" ? "horizontal" : "vertical"}
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuenow={size}
      onKeyDown={pressed}
      onPointerDown={(event) => drag(event, edge, size)}
    />
  );
}

function drag(event: React.PointerEvent<HTMLDivElement>, edge: Edge, size: number): void {
  const bar = event.currentTarget;
  const at = (moved: PointerEvent | React.PointerEvent): number => (edge === "below" ? moved.clientY : moved.clientX);
  const start = at(event);
  const move = (moved: PointerEvent): void => resize(edge, size + GROWS[edge] * (at(moved) - start));
  const end = (): void => {
    bar.removeEventListener("pointermove", move);
    bar.removeEventListener("pointerup", end);
    bar.removeEventListener("pointercancel", end);
  };
  bar.setPointerCapture(event.pointerId);
  bar.addEventListener("pointermove", move);
  bar.addEventListener("pointerup", end);
  bar.addEventListener("pointercancel", end);
}
