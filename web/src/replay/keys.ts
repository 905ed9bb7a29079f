/** Keys of the replay, where nothing that has keys of its own is in focus: a button keeps its space, a list its arrows. */

import { useEffect, useRef } from "react";

import { composing, nameOf, type Keys } from "../lib/keys";

const OWN_KEYS = "button, select, input, textarea, a, summary, [role=listbox]";

export function useIdleKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const busy = event.target instanceof Element && event.target.closest(OWN_KEYS) !== null;
      const act = latest.current[nameOf(event)];
      if (busy || act === undefined || composing(event) || event.defaultPrevented) return;
      event.preventDefault();
      act(event);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
