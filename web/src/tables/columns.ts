/** Which columns of a list this PC shows: only their names are kept. Pure; tested. */

export interface Kept {
  shown: readonly string[];
}

interface Named {
  key: string;
  spare?: boolean | undefined; // hidden until somebody asks for it
  frozen?: "left" | "right" | undefined; // always shown
}

/** The names to show: what was chosen, else all that are not spare; frozen ones always. */
export function chosen(columns: readonly Named[], kept: Kept | null): Set<string> {
  const shown = columns.filter((column) => (kept === null ? column.spare !== true : kept.shown.includes(column.key)));
  const frozen = columns.filter((column) => column.frozen !== undefined);
  return new Set([...shown, ...frozen].map((column) => column.key));
}

/** What was kept, or nothing where it cannot be read. */
export function readKept(text: string | null): Kept | null {
  if (text === null) return null;
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) && found.every((each) => typeof each === "string") ? { shown: found } : null;
  } catch {
    return null;
  }
}

export function writeKept(shown: Iterable<string>): string {
  return JSON.stringify([...shown]);
}
