/** The classes of a coloured map: borders between them, and into which a value falls. Pure. */

export const STEPS = 5;

/** Upper ends of all classes but the last, growing; few different values give few classes. */
export function breaksOf(values: readonly number[]): number[] {
  const sorted = values.filter((value) => value > 0).sort((one, other) => one - other);
  const found: number[] = [];
  for (let step = 1; step < STEPS; step += 1) {
    const at = sorted[Math.ceil((sorted.length * step) / STEPS) - 1];
    if (at !== undefined && at < (sorted.at(-1) ?? 0) && at > (found.at(-1) ?? 0)) found.push(at);
  }
  return found;
}

/** The class of a value: 0 where there is nothing, then 1 to `STEPS`, the hottest last. */
export function classOf(value: number | null, breaks: readonly number[]): number {
  if (value === null || value <= 0) return 0;
  const place = breaks.findIndex((end) => value <= end);
  const rank = place < 0 ? breaks.length : place;
  return Math.round(1 + (rank * (STEPS - 1)) / Math.max(1, breaks.length));
}

/** From and to of each class, as the legend says them. */
export function spans(breaks: readonly number[], highest: number): { from: number; to: number; step: number }[] {
  const ends = [...breaks, highest];
  return ends.map((to, n) => ({ from: n === 0 ? 0 : (ends[n - 1] ?? 0), to, step: classOf(to, breaks) }));
}
