/** Asks before something typed is lost: stay, or go and give it up. */

import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { decide, wish } from "../lib/leaving";
import { useStore } from "../lib/store";
import { shellWords } from "./words";

export function Leaving(): React.JSX.Element | null {
  const texts = useWords(shellWords);
  if (useStore(wish) === null) return null;
  return (
    <Dialog title={texts.unsaved} confirm={texts.giveUp} risky onClose={() => decide(false)} onConfirm={() => decide(true)}>
      <p>{texts.unsavedSure}</p>
    </Dialog>
  );
}
