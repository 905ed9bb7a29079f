/** What a crew is doing now: its own state as the server knows it, and the stage of the ticket that it is on. Pure. */

import type { Schemas, Ticket } from "../api/client";
import type { MapCrew } from "../map/model";

type Crew = Schemas["CrewShown"];

const ON_SITE: ReadonlySet<string> = new Set(["arrived", "located", "repairing"]);

/** The ticket on which a crew is at work, of those it has in hand: the one on site before the one it drives to. */
export function jobOf(crew: Pick<Crew, "id" | "tickets">, tickets: ReadonlyMap<string, Ticket>): Ticket | undefined {
  const own = crew.tickets.map((id) => tickets.get(id)).filter((ticket) => ticket !== undefined);
  return own.find((ticket) => ON_SITE.has(ticket.stage)) ?? own[0];
}

export function doing(crew: Crew, tickets: ReadonlyMap<string, Ticket>): MapCrew["state"] {
  if (crew.state === "off_shift" || crew.state === "inactive") return "off";
  const job = jobOf(crew, tickets);
  if (job !== undefined) return ON_SITE.has(job.stage) ? "on_site" : "en_route";
  return crew.state === "busy" ? "on_site" : "free";
}

/** The crews that have a position, for the map. */
export function mapped(crews: readonly Crew[], tickets: ReadonlyMap<string, Ticket>): MapCrew[] {
  return crews.flatMap((crew) => {
    const { id, name, lon, lat } = crew;
    if (lon === null || lat === null) return [];
    return [{ id, name, lon, lat, state: doing(crew, tickets), ageS: crew.position_age_s, ticketId: jobOf(crew, tickets)?.id ?? crew.tickets[0] ?? null }];
  });
}
