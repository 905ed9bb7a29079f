/** Where the phone is: for the report of an arrival, and every minute while on duty and the person lets it. */

import { session } from "../api/session";
import { ApiError } from "../api/errors";
import { now } from "../lib/clock";
import { Store } from "../lib/store";
import { ask } from "./ask";
import { shelf } from "./desk";
import { fix, type Fix } from "./state";

const EVERY_MS = 60_000;
const FRESH_MS = 30_000; // of a position that an arrival is reported with
const PATIENCE_MS = 8_000;
const MOST = 120; // positions that wait: two hours

export const duty = new Store<{ on: boolean; denied: boolean; sentAt: string | null }>({ on: false, denied: false, sentAt: null });
const waiting: Fix[] = [];
let watching: number | null = null;
let timer: ReturnType<typeof setInterval> | undefined;

function fixOf({ coords, timestamp }: GeolocationPosition): Fix {
  const oldMs = Math.max(0, Date.now() - timestamp);
  const at = new Date(now() - Math.min(oldMs, FRESH_MS)).toISOString();
  return { lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.min(coords.accuracy, 100_000), at };
}

/** Where the phone is now, for one report; null: it does not say so in time. */
export function here(): Promise<Fix | null> {
  const known = fix.get();
  if (known !== null && now() - Date.parse(known.at) < FRESH_MS) return Promise.resolve(known);
  if (!("geolocation" in navigator)) return Promise.resolve(null);
  return new Promise((resolve) => {
    const give = setTimeout(() => resolve(null), PATIENCE_MS);
    const found = (position: GeolocationPosition): void => {
      clearTimeout(give);
      fix.set(fixOf(position));
      resolve(fix.get());
    };
    const none = (): void => {
      clearTimeout(give);
      resolve(null);
    };
    navigator.geolocation.getCurrentPosition(found, none, { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: FRESH_MS });
  });
}

export async function sendPlaces(): Promise<void> {
  const crewId = session.get().me?.account.crew_id;
  const known = fix.get();
  if (!crewId || session.get().lost) return;
  if (known !== null && waiting.at(-1)?.at !== known.at) waiting.push(known);
  waiting.splice(0, waiting.length - MOST);
  if (waiting.length === 0) return;
  const batch = [...waiting];
  try {
    await ask("/crews/positions", { method: "POST", body: { positions: batch.map((one) => ({ ...one, crew_id: crewId, crs: "wgs84" })) } });
    waiting.splice(0, batch.length);
    duty.set({ ...duty.get(), sentAt: batch.at(-1)?.at ?? null });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // they go with the next
  }
}

function watch(): void {
  if (!("geolocation" in navigator) || watching !== null) return;
  const first = (position: GeolocationPosition): void => {
    const begins = fix.get() === null;
    fix.set(fixOf(position));
    if (begins) void sendPlaces();
  };
  const none = (error: GeolocationPositionError): void => {
    if (error.code === error.PERMISSION_DENIED) void setDuty(false, true);
  };
  watching = navigator.geolocation.watchPosition(first, none, { enableHighAccuracy: true, maximumAge: FRESH_MS });
  timer = setInterval(() => void sendPlaces(), EVERY_MS);
}

function rest(): void {
  if (watching !== null) navigator.geolocation.clearWatch(watching);
  clearInterval(timer);
  watching = null;
  waiting.length = 0;
}

/** On duty the position is told; it is the person's word, and kept until he takes it back. */
export async function setDuty(on: boolean, denied = false): Promise<void> {
  duty.set({ ...duty.get(), on, denied });
  if (on) watch();
  else rest();
  await shelf().keep("duty", on);
}

export async function recallDuty(): Promise<void> {
  if ((await shelf().kept<boolean>("duty")) === true) await setDuty(true);
}
