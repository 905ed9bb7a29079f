/**
 * A depot's week as a grid of cells: what is declared, what stands on the page, and which lines are to be sent. Pure;
 * tested.
 */

export interface Line {
  date: string;
  half: "am" | "pm";
  kind: "survey" | "metering" | "field_test";
  area_class: "urban" | "rural";
  teams: number;
  visits: number;
}

interface Declared extends Line {
  version: number;
  booked: number;
  held: number;
  free: number;
  inherited: boolean;
}

export interface Week {
  monday: string;
  days: readonly { date: string; workday: boolean; slots: readonly Declared[]; missing: readonly Line[] }[];
}

export interface Cell {
  teams: string; // as typed: an empty field says nothing
  visits: string;
}

export type Edits = Readonly<Record<string, Cell>>;

export interface Known {
  teams: number;
  visits: number;
  version: number;
  booked: number;
  held: number;
  free: number;
  inherited: boolean;
  missing: boolean; // declared on that day of a week before, and not for this one
}

type Slot = Pick<Line, "date" | "half" | "kind" | "area_class">;

export function keyOf(slot: Slot): string {
  return `${slot.date}|${slot.half}|${slot.kind}|${slot.area_class}`;
}

function slotOf(key: string): Slot {
  const [date, half, kind, area_class] = key.split("|");
  return { date: date ?? "", half: half as Slot["half"], kind: kind as Slot["kind"], area_class: area_class as Slot["area_class"] };
}

/** What the server knows of each cell. */
export function knownOf(week: Week): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const day of week.days) {
    for (const gap of day.missing) known.set(keyOf(gap), { teams: 0, visits: 0, version: 0, booked: 0, held: 0, free: 0, inherited: false, missing: true });
    for (const { teams, visits, version, booked, held, free, inherited, ...slot } of day.slots) {
      known.set(keyOf(slot), { teams, visits, version, booked, held, free, inherited, missing: false });
    }
  }
  return known;
}

/** A cell as it stands on the page. */
export function cellOf(key: string, known: ReadonlyMap<string, Known>, edits: Edits): Cell {
  const typed = edits[key];
  if (typed !== undefined) return typed;
  const held = known.get(key);
  return held === undefined || held.version === 0 ? { teams: "", visits: "" } : { teams: String(held.teams), visits: String(held.visits) };
}

/** The lines that differ from what is declared, each upon the version that was seen. */
export function linesOf(known: ReadonlyMap<string, Known>, edits: Edits): (Line & { version: number })[] {
  return Object.entries(edits).flatMap(([key, cell]) => {
    if (cell.teams === "" && cell.visits === "") return [];
    const [teams, visits] = [Number(cell.teams), Number(cell.visits)];
    const held = known.get(key);
    const version = held?.version ?? 0;
    if (version > 0 && held?.teams === teams && held.visits === visits && !held.inherited) return [];
    return [{ ...slotOf(key), teams, visits, version }];
  });
}

/** Which cell the server means by the field of a line (`lines.0.teams`), and what is wrong there; null: no cell. */
export function faultIn<T extends Line>(lines: readonly T[], field: string | null, message: string): { line: T; part: "teams" | "visits"; wrong: string } | null {
  const [, n, part] = /^lines\.(\d+)\.(teams|visits)$/.exec(field ?? "") ?? [];
  const line = n === undefined ? undefined : lines[Number(n)];
  if (line === undefined || (part !== "teams" && part !== "visits")) return null;
  return { line, part, wrong: message.replace(`${field}:`, "") };
}

/** The week before, seven days later; only where it differs and from a day on. */
export function copied(before: Week, known: ReadonlyMap<string, Known>, from: string, later: (day: string) => string): Edits {
  const edits: Record<string, Cell> = {};
  for (const day of before.days) {
    for (const slot of day.slots) {
      const date = later(slot.date);
      const key = keyOf({ ...slot, date });
      const held = known.get(key);
      if (date < from || (held !== undefined && held.version > 0 && held.teams === slot.teams && held.visits === slot.visits)) continue;
      edits[key] = { teams: String(slot.teams), visits: String(slot.visits) };
    }
  }
  return edits;
}
