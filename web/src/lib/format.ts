/** How instants, spans and places are written. All times are China's, whatever zone the PC is set to. */

const zone = "Asia/Shanghai";
const clockTime = new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const shortTime = new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const fullTime = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
const dayOf = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" });

export type Instant = string | number | Date | null | undefined;

function date(at: Instant): Date | null {
  if (at === null || at === undefined || at === "") return null;
  const found = at instanceof Date ? at : new Date(at);
  return Number.isNaN(found.getTime()) ? null : found;
}

function by(format: Intl.DateTimeFormat): (at: Instant) => string {
  return (at) => {
    const found = date(at);
    return found === null ? "—" : format.format(found);
  };
}

/** 10:32:20 */
export const hms = by(clockTime);
/** 10:32 */
export const hm = by(shortTime);
/** 2026-11-21 10:32:20 */
export const full = by(fullTime);
/** 2026-11-21, the day in China */
export const day = by(dayOf);

/** 44:59, 1:29:23; negative spans keep their sign. Seconds. */
export function span(seconds: number): string {
  const s = Math.floor(Math.abs(seconds));
  const h = Math.floor(s / 3600);
  const mm = String(Math.floor(s / 60) % 60).padStart(h > 0 ? 2 : 1, "0");
  const text = `${h > 0 ? `${h}:` : ""}${mm}:${String(s % 60).padStart(2, "0")}`;
  return seconds < 0 ? `-${text}` : text;
}

export function kilometres(km: number): string {
  return `${km < 10 ? km.toFixed(1) : Math.round(km)} km`;
}

/** Whole minutes of seconds, rounded up: who promises rounds against himself. */
export function minutes(seconds: number): number {
  return Math.ceil(seconds / 60);
}

export function percent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined ? "—" : `${(share * 100).toFixed(digits)}%`;
}
