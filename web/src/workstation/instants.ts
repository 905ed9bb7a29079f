/** Instants as a person types them: China's time, to the minute, whatever zone the PC is set to. Pure. */

const OFFSET_MS = 8 * 3_600_000; // China has one zone and no summer time

/** 2026-11-21T10:32, for an input. */
export function chinaLocal(ms: number): string {
  return new Date(ms + OFFSET_MS).toISOString().slice(0, 16);
}

/**
 * The instant that was typed, ISO with its zone. A minute is meant: in the running minute the instant is now, so that
 * what was filled in with "now" is never earlier than the step before it.
 */
export function instant(typed: string, nowMs: number): string {
  return typed === chinaLocal(nowMs) ? new Date(nowMs).toISOString() : `${typed}:00+08:00`;
}

/** The day in China of an instant. */
export function dayOf(ms: number): string {
  return chinaLocal(ms).slice(0, 10);
}
