/**
 * A question over the page; Ctrl+Enter confirms it, Escape and the button take it back, the focus returns to where it was.
 * What is too long is not sent; what was refused has the focus at the first wrong field, or still at the button.
 */

import { useEffect, useId, useRef, useState, type ReactNode, type RefObject } from "react";

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
  const go = useConfirming(box, busy, onConfirm);
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
        go(); // a long text takes Enter itself
      }}
    >
      <form
        className="stack"
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          go();
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button onClick={onClose}>{onConfirm === undefined ? texts.close : texts.cancel}</Button>
          {onConfirm === undefined ? null : (
            <Button type="submit" tone={risky ? "risky" : "main"} aria-disabled={busy}>
              {busy ? texts.working : (confirm ?? texts.confirm)}
            </Button>
          )}
        </div>
      </form>
    </dialog>
  );
}

/** Confirms unless something is on its way or too long; afterwards the focus goes to the first wrong field, if there is one. */
function useConfirming(box: RefObject<HTMLDialogElement | null>, busy: boolean, onConfirm: (() => void) | undefined): () => void {
  const [tries, setTries] = useState(0);
  const tried = useRef(false); // and not answered yet
  useEffect(() => {
    if (!tried.current || busy) return;
    tried.current = false;
    box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [box, tries, busy]);
  return () => {
    if (busy || onConfirm === undefined) return;
    if (box.current?.querySelector("[data-long]") === null) onConfirm();
    tried.current = true;
    setTries((before) => before + 1);
  };
}
