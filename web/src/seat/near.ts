/** What is open already: of this customer, and around the place. */

import type { components } from "../api/schema.gen";
import { masked } from "./numbers.ts";

type Ticket = components["schemas"]["Ticket"];

export interface Around {
  ticket: Ticket;
  km: number;
}

const EARTH_KM = 6371;
const RADIANS = Math.PI / 180;

/** The way between two points over the globe; degrees. */
export function distance(fromLon: number, fromLat: number, lon: number, lat: number): number {
  const north = Math.sin(((lat - fromLat) * RADIANS) / 2) ** 2;
  const east = Math.sin(((lon - fromLon) * RADIANS) / 2) ** 2;
  const share = north + Math.cos(fromLat * RADIANS) * Math.cos(lat * RADIANS) * east;
  return 2 * EARTH_KM * Math.asin(Math.sqrt(share));
}

/** Open tickets no farther than that, the nearest first. */
export function around(tickets: Iterable<Ticket>, lon: number, lat: number, withinKm: number): Around[] {
  const found: Around[] = [];
  for (const ticket of tickets) {
    if (typeof ticket.lon !== "number" || typeof ticket.lat !== "number") continue;
    if (Math.abs(ticket.lat - lat) * 111 > withinKm) continue;
    const km = distance(lon, lat, ticket.lon, ticket.lat);
    if (km <= withinKm) found.push({ ticket, km });
  }
  return found.sort((a, b) => a.km - b.km);
}

export interface Own {
  ticket: Ticket;
  sure: boolean; // by the account or the number; before the server has said, a masked number may be somebody else's
}

/**
 * Open tickets of the customer: by account, and those that the server says he called for; until it has said, those whose
 * masked number looks like his.
 *
 * @param called ids of the tickets of his calls; null: not heard yet
 */
export function ownOf(tickets: Iterable<Ticket>, account: string | null, phone: string, called: ReadonlySet<string> | null): Own[] {
  const mask = called === null && plainEnough(phone) ? masked(phone) : null;
  const found: Own[] = [];
  for (const ticket of tickets) {
    const sure = (account !== null && ticket.account_no === account) || called?.has(ticket.id) === true;
    if (sure || (mask !== null && ticket.phone_masked === mask)) found.push({ ticket, sure });
  }
  return found.sort((a, b) => Number(b.sure) - Number(a.sure) || b.ticket.reported_at.localeCompare(a.ticket.reported_at));
}

function plainEnough(phone: string): boolean {
  return phone.replace(/\D/g, "").length >= 9;
}
