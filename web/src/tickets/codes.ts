/** What people call the codes that stand in events: units by their names, crews too. Pure; tested. */

const UNITS = new Set(["area", "right_area", "crew_area", "depot", "lender", "borrower", "county"]);
const CREWS = new Set(["crew_id", "own_district_crew"]);

export interface Called {
  area: (code: string) => string;
  crew?: (id: string) => string;
}

/** The name of what a field holds by its code; null where the field holds none. */
export function calledIn(field: string, code: string, called: Called): string | null {
  if (UNITS.has(field)) return called.area(code);
  return CREWS.has(field) ? (called.crew?.(code) ?? code) : null;
}

/** Whether a field says by its code what another says by its name. */
export function repeats(field: string, event: object): boolean {
  return field === "crew_id" && "crew_name" in event && Boolean(event.crew_name);
}
