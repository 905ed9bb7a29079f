/** A clock that runs down to an instant: ▲ and ▲▲ as it nears its end, ✖ when it is over. Only the cell is drawn anew. */

import { useWords } from "../i18n";
import { useFromSecond, useSecond } from "../lib/clock";
import { full, span } from "../lib/format";
import { alarm, MARKS } from "../lib/alarm";
import { kitWords } from "./words";

const TONES = ["", "warn", "warn", "bad"] as const;

interface Props {
  due: string; // ISO
  begun: string; // ISO, since when it runs
  label: string;
}

export function Clock({ due, begun, label }: Props): React.JSX.Element {
  const dueS = Date.parse(due) / 1000;
  const begunS = Date.parse(begun) / 1000;
  const level = useFromSecond((second) => alarm(second, begunS, dueS));
  return (
    <span className={`clock ${TONES[level]}`} title={`${label} ${full(due)}`} data-level={level}>
      {MARKS[level]} <Left dueS={dueS} />
    </span>
  );
}

function Left({ dueS }: { dueS: number }): React.JSX.Element {
  const left = Math.ceil(dueS - useSecond());
  const texts = useWords(kitWords);
  return <>{left >= 0 ? span(left) : texts.over(span(-left))}</>;
}
