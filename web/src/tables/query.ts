/** A list's filters as a query string, the way the server reads it: lists repeat the name, what is empty is left out. */

export type Value = string | number | boolean | readonly string[] | null | undefined;

export function queryText(query: Readonly<Record<string, Value>>): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (each !== undefined && each !== null && each !== "") text.append(name, String(each));
    }
  }
  return text.toString();
}

/** The same filters without those that say nothing. */
export function said<Q extends object>(query: Q): Q {
  const kept = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(kept) as Q;
}
