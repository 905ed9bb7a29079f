/** A sheet that comes up from below; Escape, the button and the browser's own ways close it. */

import { useEffect, useId, useRef, type ReactNode } from "react";

import { useWords } from "../i18n";
import { roomWords } from "./roomWords";

interface Props {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

export function Sheet({ title, onClose, children }: Props): React.JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  const t = useWords(roomWords);
  useEffect(() => {
    const dialog = box.current;
    if (dialog !== null && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={box}
      className="sheet"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="row between">
        <h2 id={id}>{title}</h2>
        <button type="button" className="link" onClick={onClose}>
          {t.close}
        </button>
      </div>
      {children}
    </dialog>
  );
}
