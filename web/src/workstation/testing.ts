/** Tickets for the tests of the pure parts. */

import type { Ticket } from "../api/client";

export function ticketOf(more: Partial<Ticket> = {}): Ticket {
  return {
    id: "t1",
    version: 1,
    ticket_no: "2611210000001",
    pack: "sgcc@2026.2",
    stage: "submitted",
    stage_at: "2026-11-21T02:00:00Z",
    area: "330382",
    call_id: "c1",
    incident_id: "t1",
    channel: "phone",
    reported_at: "2026-11-21T01:59:00Z",
    submitted_at: "2026-11-21T02:00:00Z",
    area_class: "urban",
    symptom: "no_power_one",
    category: "lv",
    last_at: "2026-11-21T02:00:00Z",
    ...more,
  } as Ticket;
}

export const second = (at: string): number => Date.parse(at) / 1000;
