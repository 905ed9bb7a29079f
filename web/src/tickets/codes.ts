/** What people call the codes that stand in events: units, crews and people by their names, tickets by their numbers. Pure; tested. */

const UNITS = new Set(["area", "right_area", "crew_area", "depot", "lender", "borrower", "county"]);
const CREWS = new Set(["crew_id", "own_district_crew"]);
const TICKETS = new Set(["into", "incident_id", "repeat_of", "nested_in", "merged_into"]);
const AT_A_SEAT = new Set(["SEAT_AGENT", "SEAT_SUPERVISOR", "SYSTEM"]);
const MINUTE_S = 60;

export interface Called {
  area: (code: string) => string;
  crew?: (id: string) => string;
  ticket?: (id: string) => string;
}

/** The name of what a field holds by its code; null where the field holds none. */
export function calledIn(field: string, code: string, called: Called): string | null {
  if (UNITS.has(field)) return called.area(code);
  if (TICKETS.has(field)) return called.ticket?.(code) ?? code;
  return CREWS.has(field) ? (called.crew?.(code) ?? code) : null;
}

/** Whether a field says by its code what another says by its name. */
export function repeats(field: string, event: object): boolean {
  if (field === "incident_id") return "into" in event && "incident_id" in event && event.into === event.incident_id;
  return field === "crew_id" && "crew_name" in event && Boolean(event.crew_name);
}

/** How much sooner than the old rule's crew, in whole minutes, and under which name; null below a minute. */
export function against(savedS: number): { field: "saved_s" | "later_s"; minutes: number } | null {
  const minutes = Math.floor(Math.abs(savedS) / MINUTE_S);
  return minutes === 0 ? null : { field: savedS < 0 ? "later_s" : "saved_s", minutes };
}

/** Whether a step was entered at a unit's own desk: the log's "call platform" is then only what a desk's entries carry unsaid. */
export function atDesk(line: { source: string; role: string }): boolean {
  return line.source === "CTI" && !AT_A_SEAT.has(line.role);
}
