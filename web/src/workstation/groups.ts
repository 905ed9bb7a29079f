/** What belongs together: customers behind one transformer, tickets of one fault point. Pure. */

import type { Ticket } from "../api/client";

/** How many open tickets each transformer area has; a single one is not told. */
export function neighbours(tickets: Iterable<Ticket>): ReadonlyMap<string, number> {
  const counted = new Map<string, number>();
  for (const { transformer_area: area } of tickets) if (area) counted.set(area, (counted.get(area) ?? 0) + 1);
  for (const [area, n] of counted) if (n < 2) counted.delete(area);
  return counted;
}

export interface Incident {
  id: string; // fault point
  parent: Ticket;
  members: readonly Ticket[]; // the parent is the first
  customers: number;
}

/** The fault points in the order of their first ticket; the parent is whichever was not merged into another. */
export function incidents(order: readonly Ticket[]): readonly Incident[] {
  const byIncident = new Map<string, Ticket[]>();
  for (const ticket of order) {
    const members = byIncident.get(ticket.incident_id);
    if (members === undefined) byIncident.set(ticket.incident_id, [ticket]);
    else members.push(ticket);
  }
  return [...byIncident].map(([id, members]) => incident(id, members));
}

function incident(id: string, members: readonly Ticket[]): Incident {
  const parent = members.find((ticket) => !ticket.merged_into) ?? (members[0] as Ticket);
  const customers = members.reduce((sum, ticket) => sum + Math.max(1, ticket.customers_out ?? 1), 0);
  return { id, parent, members: [parent, ...members.filter((ticket) => ticket !== parent)], customers };
}
