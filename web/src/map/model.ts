/** What the map knows of a crew. */

/** Free, on its way, at work on site, not on duty. */
export type MapCrewState = "free" | "en_route" | "on_site" | "off";

export interface MapCrew {
  id: string;
  name: string;
  lon: number;
  lat: number;
  state: MapCrewState;
  ageS: number | null; // of the position
  ticketId: string | null;
}
