/** The clocks of a ticket that run now, and since when each of them runs. */

import type { Ticket } from "../api/client";

export interface Running {
  limit: string;
  due: string;
  begun: string;
}

type Begun = (ticket: Ticket) => string | null | undefined;

const BEGUN: Readonly<Record<string, Begun>> = {
  accept: (ticket) => ticket.submitted_at,
  dispatch: (ticket) => ticket.accepted_at,
  arrive: (ticket) => ticket.reported_at,
  etr: (ticket) => ticket.located_at,
  progress: (ticket) => ticket.progress_at ?? ticket.arrived_at,
  restore: (ticket) => ticket.arrived_at,
  reply: (ticket) => ticket.restored_at,
  callback: (ticket) => ticket.replied_at,
  suspension: (ticket) => ticket.suspended_at,
  answer: (ticket) => ticket.supervisions?.at(-1)?.issued_at,
};

/** The soonest first. */
export function running(ticket: Ticket): Running[] {
  const due = (ticket as { due?: Readonly<Record<string, string>> }).due ?? {};
  return Object.entries(due)
    .map(([limit, at]) => ({ limit, due: at, begun: BEGUN[limit]?.(ticket) ?? ticket.stage_at }))
    .sort((one, other) => one.due.localeCompare(other.due));
}
