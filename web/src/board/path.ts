/** The way through the tree of areas: from the own area down to the one that is shown. Pure. */

interface Place {
  code: string;
  name: string;
  parent: string | null;
}

/** From `top` to `area`, both included; only what is known of it. */
export function pathTo(areas: readonly Place[], top: string, area: string): Place[] {
  const known = new Map(areas.map((each) => [each.code, each]));
  const found: Place[] = [];
  for (let at = known.get(area); at !== undefined; at = at.parent === null ? undefined : known.get(at.parent)) {
    found.unshift(at);
    if (at.code === top) return found;
  }
  return found;
}

/** Where a click on a county leads: one step down from where one is, towards it. */
export function into(areas: readonly Place[], here: string, county: string): string {
  const path = pathTo(areas, here, county).map((each) => each.code);
  return path[0] === here ? (path[1] ?? here) : county;
}
