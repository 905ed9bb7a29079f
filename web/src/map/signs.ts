/** Which sign stands for which ticket or crew: one table for the picture and its legend. */

import type { Ticket } from "../api/client";
import type { Alarm } from "../lib/alarm";
import type { Kind } from "./dots";
import type { MapCrew, MapCrewState } from "./model";

const WAITS: ReadonlySet<string> = new Set(["draft", "submitted", "accepted", "returned"]);
const WORKS: ReadonlySet<string> = new Set(["dispatched", "crew_accepted", "en_route", "arrived", "located", "repairing"]);

export type Work = "waiting" | "working" | "over";

/** What the map shows of a stage: what is restored is no longer on it. */
export function workOf(stage: string): Work {
  return WAITS.has(stage) ? "waiting" : WORKS.has(stage) ? "working" : "over";
}

const TONES: readonly string[] = ["title", "warn", "warn", "bad"];
const WAITING_SIZES: readonly number[] = [6, 6.5, 7.5, 8];

export function ticketSign(work: Work, level: Alarm): Kind {
  const colour = TONES[level] ?? "title";
  return work === "waiting" ? { shape: "triangle", colour, size: WAITING_SIZES[level] ?? 6, mark: level } : { shape: "circle", colour, size: 5, mark: level };
}

export const CREW_SIGNS: Readonly<Record<MapCrewState, Kind>> = {
  free: { shape: "square", colour: "ok", size: 5.5 },
  en_route: { shape: "diamond", colour: "note", size: 5.5 },
  on_site: { shape: "plus", colour: "text", size: 6 },
  off: { shape: "frame", colour: "soft", size: 4 },
};

const OLD_S = 15 * 60; // a position older than this is told as old

export function crewSign(crew: MapCrew): Kind {
  const sign = CREW_SIGNS[crew.state];
  return crew.state === "free" && crew.ageS !== null && crew.ageS > OLD_S ? { ...sign, shape: "frame" } : sign;
}

export function located(ticket: Ticket): ticket is Ticket & { lon: number; lat: number } {
  return typeof ticket.lon === "number" && typeof ticket.lat === "number" && ticket.flags?.place_unresolved !== true;
}
