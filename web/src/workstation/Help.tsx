/** All keys of the workstation, made from the table of actions. */

import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { Store, useStore } from "../lib/store";
import { ACTIONS } from "./actions";
import { actionWords } from "./actionWords";
import { deskWords } from "./words";

export const help = new Store(false);

export function Help(): React.JSX.Element | null {
  const open = useStore(help);
  const texts = useWords(deskWords);
  const { names } = useWords(actionWords);
  if (!open) return null;
  const { keyHints: hints } = texts;
  const general: readonly (readonly [string, string])[] = [
    ["J / K", hints.move],
    ["1 – 5", hints.choose],
    ["/", hints.search],
    ["[ / ]", hints.tabs],
    ["I", hints.mark],
    ["Ctrl+Enter", hints.batch],
    ["V", hints.storm],
    ["C", hints.contact],
    ["Space", hints.ack],
    ["Z", hints.undo],
    ["F6", hints.panes],
    ["?", hints.help],
  ];
  const own = ACTIONS.filter((action) => action.key !== null).map((action): readonly [string, string] => [(action.key ?? "").toUpperCase(), names[action.name]]);
  return (
    <Dialog title={texts.keys} onClose={() => help.set(false)}>
      <dl className="keys">
        {[...own, ...general].map(([key, text]) => (
          <div key={key + text}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
