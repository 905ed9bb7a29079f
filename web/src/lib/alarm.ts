/** How near a clock is to its end: 0 calm, 1 ▲, 2 ▲▲, 3 ✖ over. The shares are levels 1 to 3 of the ladder (domain 2.10). */

export type Alarm = 0 | 1 | 2 | 3;

export const MARKS = ["", "▲", "▲▲", "✖"] as const;
const WARN = 0.5; // of the span is gone
const URGENT = 0.75;

export function alarm(second: number, begunS: number, dueS: number): Alarm {
  if (second >= dueS) return 3;
  const gone = (second - begunS) / Math.max(1, dueS - begunS);
  return gone >= URGENT ? 2 : gone >= WARN ? 1 : 0;
}
