/** How figures of indices are written. Pure; tested. */

export type Unit = "share" | "min" | "count" | "per_100k" | "customer_h" | "min_each" | "times_each" | "points" | "percent";

function number(value: number, digits: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(digits);
}

/** 93.4%, 41.2, 7; a dash where it cannot be computed. */
export function figure(value: number | null, unit: Unit): string {
  if (value === null) return "—";
  return unit === "share" ? `${(value * 100).toFixed(1)}%` : unit === "percent" ? `${number(value, 2)}%` : number(value, 2);
}

/** Seconds as minutes, with their sign. */
export function inMinutes(seconds: number | null): string {
  return seconds === null ? "—" : `${(seconds / 60).toFixed(1)} min`;
}

export function inKm(m: number | null): string {
  return m === null ? "—" : `${(m / 1000).toFixed(1)} km`;
}
