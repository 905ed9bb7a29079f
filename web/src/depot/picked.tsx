/** Which depot is looked at: one choice for all parts of the screen. */

import { useWords } from "../i18n";
import { Field } from "../kit/pieces";
import { leave } from "../lib/leaving";
import { Store, useStore } from "../lib/store";
import { AreaPick } from "../tables/AreaPick";
import { useAreas } from "../tables/areas";
import { depotWords } from "./words";

const picked = new Store(""); // the depot of all parts of this screen

/** The depot that is looked at: the account's own, or the one chosen. */
export function useDepot(): string {
  const { own } = useAreas();
  const chosen = useStore(picked);
  return chosen || (own.find((area) => area.level === "depot")?.code ?? "");
}

export function DepotPick(): React.JSX.Element | null {
  const texts = useWords(depotWords);
  const { own } = useAreas();
  const depot = useDepot();
  if (own.filter((area) => area.level === "depot").length < 2) return null;
  return <Field label={texts.depot}>{(input) => <AreaPick input={input} value={depot} onChange={(code) => leave(() => picked.set(code))} down="depot" only="depot" empty={null} />}</Field>;
}
