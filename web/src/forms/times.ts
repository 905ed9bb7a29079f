/** Instants as they are typed: always China's time, whatever zone the PC is set to. Pure; tested. */

const CHINA_MS = 8 * 3_600_000; // no summer time since 1991

/** "2026-07-01T08:00" for a `datetime-local` input; empty where there is none. */
export function toLocal(at: string | null | undefined): string {
  const found = at ? Date.parse(at) : NaN;
  return Number.isNaN(found) ? "" : new Date(found + CHINA_MS).toISOString().slice(0, 16);
}

/** The instant that was typed, as the server reads it. */
export function fromLocal(typed: string): string {
  return `${typed.length === 16 ? `${typed}:00` : typed}+08:00`;
}

/** "2026-07-01", the day in China at that millisecond, or some days later. */
export function dayAt(ms: number, later = 0): string {
  return new Date(ms + CHINA_MS + later * 86_400_000).toISOString().slice(0, 10);
}

/** Midnight in China at which a day begins. */
export function beginOf(day: string): string {
  return `${day}T00:00:00+08:00`;
}

/** The Monday of the week of a day. */
export function mondayOf(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  const since = (at.getUTCDay() + 6) % 7;
  return new Date(at.getTime() - since * 86_400_000).toISOString().slice(0, 10);
}

/** A day some days later. */
export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
