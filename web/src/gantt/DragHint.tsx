/** What hangs at the pointer while a bar is dragged: onto whom, and what the server says to it. */

import { useWords } from "../i18n";
import type { Drag } from "./useDrag";
import { ganttWords } from "./words";

const MARKS = { ok: "✓", warn: "▲", bad: "✖" } as const;

export function DragHint({ drag, left }: { drag: Drag; left: number }): React.JSX.Element | null {
  const texts = useWords(ganttWords);
  if (drag.target === null) return null;
  const { verdict } = drag;
  const said = typeof verdict === "object" && verdict !== null ? verdict : null;
  const text = said === null ? (verdict === "same" ? texts.same : texts.judging) : (said.text ?? texts.unknown);
  return (
    <div className={`gantt-hint ${said?.tone ?? ""}`} role="status" style={{ left: drag.x + left + 12, top: drag.y + 14 }}>
      <strong>{drag.bar.kind === "planned" ? texts.pin(drag.target.name) : texts.drop(drag.target.name)}</strong>
      <div>
        {said === null ? "" : `${MARKS[said.tone]} `}
        {text}
      </div>
    </div>
  );
}
