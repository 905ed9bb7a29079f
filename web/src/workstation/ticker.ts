/** The running line of what just happened on the county's tickets, read off two versions of a ticket. Pure. */

import type { Schemas, Ticket } from "../api/client";

export interface News {
  key: string;
  at: string;
  ticketId: string;
  ticketNo: string;
  what: "new" | "stage" | "chased" | "supervised" | "overdue" | "crew";
  stage: Schemas["Stage"];
  crew: string | null;
  n: number;
}

const MOST = 30;

export function news(before: Ticket | undefined, after: Ticket): News | null {
  const crew = after.dispatches?.at(-1)?.crew_name ?? null;
  const told = (what: News["what"], n = 0, at = after.stage_at): News => ({
    key: `${after.id}-${after.version}`,
    at,
    ticketId: after.id,
    ticketNo: after.ticket_no,
    what,
    stage: after.stage,
    crew,
    n,
  });
  if (before === undefined) return told("new", 0, after.submitted_at ?? after.reported_at);
  const chased = after.flags?.chased_n ?? 0;
  if (chased > (before.flags?.chased_n ?? 0)) return told("chased", chased, after.chases?.at(-1)?.at ?? after.stage_at);
  const orders = after.supervisions ?? [];
  if (orders.length > (before.supervisions?.length ?? 0)) return told("supervised", orders.length, orders.at(-1)?.issued_at);
  if ((after.flags?.overdue?.length ?? 0) > (before.flags?.overdue?.length ?? 0)) return told("overdue", 0, after.last_at);
  if (after.stage !== before.stage) return told(after.stage === "dispatched" ? "crew" : "stage");
  return null;
}

/** The newest first; so many are kept as anybody reads. */
export function told(known: readonly News[], fresh: readonly News[]): readonly News[] {
  if (fresh.length === 0) return known;
  return [...fresh].sort((one, other) => (one.at < other.at ? 1 : -1)).concat(known).slice(0, MOST);
}
