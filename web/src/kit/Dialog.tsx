/** A question over the page; Ctrl+Enter confirms it, Escape and the button take it back, the focus returns to where it was. */

import { useId, type ReactNode } from "react";

import { useWords } from "../i18n";
import { composing } from "../lib/keys";
import { useModal } from "./modal";
import { Button } from "./pieces";
import { kitWords } from "./words";

interface Props {
  title: ReactNode;
  onClose: () => void;
  onConfirm?: (() => void) | undefined;
  confirm?: ReactNode;
  busy?: boolean;
  risky?: boolean;
  children: ReactNode;
}

export function Dialog({ title, onClose, onConfirm, confirm, busy = false, risky = false, children }: Props): React.JSX.Element {
  const box = useModal();
  const id = useId();
  const texts = useWords(kitWords);
  return (
    <dialog
      ref={box}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat || composing(event)) return;
        event.preventDefault();
        if (!busy) onConfirm?.(); // a long text takes Enter itself
      }}
    >
      <form
        className="stack"
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) onConfirm?.();
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button onClick={onClose}>{onConfirm === undefined ? texts.close : texts.cancel}</Button>
          {onConfirm === undefined ? null : (
            <Button type="submit" tone={risky ? "risky" : "main"} disabled={busy}>
              {busy ? texts.working : (confirm ?? texts.confirm)}
            </Button>
          )}
        </div>
      </form>
    </dialog>
  );
}
