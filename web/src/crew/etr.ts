/** An expected time as a phone's field writes it: China's clock, whatever zone the phone is set to. */

const CHINA_MS = 8 * 3_600_000;

/** 2026-11-21T10:30 of an instant, in China. */
export function fieldOf(ms: number): string {
  return new Date(ms + CHINA_MS).toISOString().slice(0, 16);
}

/** The instant that such a field means, ISO; null: none. */
export function instantIn(field: string): string | null {
  const ms = Date.parse(`${field}:00+08:00`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
