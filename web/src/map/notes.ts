/** What must be said of the borders that a map draws. */

import type { Same } from "../i18n";
import type { Land } from "./shapes";
import type { mapWords } from "./words";

type Texts = Pick<Same<typeof mapWords.zh>, "hulls" | "approximate">;

export function landNotes(lands: readonly Land[] | undefined, texts: Texts): string[] {
  if (lands === undefined) return [];
  if (lands.some((land) => !land.known)) return [texts.hulls];
  return lands.some((land) => land.approximate) ? [texts.approximate] : [];
}
