/** A sheet that comes up from below; Escape, the button and the browser's own ways close it. */

import { useId, type ReactNode } from "react";

import { useWords } from "../i18n";
import { useModal } from "../kit/modal";
import { roomWords } from "./roomWords";

interface Props {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

export function Sheet({ title, onClose, children }: Props): React.JSX.Element {
  const box = useModal();
  const id = useId();
  const t = useWords(roomWords);
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
