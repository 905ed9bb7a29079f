/** A dialog over the page, which rests beneath it until it is gone; then the focus is where it was. */

import { useLayoutEffect, useRef, type RefObject } from "react";

export function useModal(): RefObject<HTMLDialogElement | null> {
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = box.current;
    if (dialog !== null && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return box;
}
