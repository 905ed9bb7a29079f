/**
 * Keys that do something. Never while an input method composes (汉字 are chosen with Enter and digits), never the keys
 * that belong to the browser.
 */

import { useEffect, useRef } from "react";

export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const IME = 229;
const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);

export function composing(event: KeyboardEvent | React.KeyboardEvent): boolean {
  const native = "nativeEvent" in event ? event.nativeEvent : event;
  return native.isComposing || native.keyCode === IME;
}

/** Names a key with its modifiers: "F2", "Ctrl+Enter", "d", "?". */
export function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${key}`;
}

function typing(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return target !== null && (TYPING.has(target.tagName) || target.isContentEditable);
}

/** Letters and digits are left to whoever is typing; F-keys, Escape and Ctrl keys always count. */
function free(event: KeyboardEvent): boolean {
  return event.key.length > 1 || event.ctrlKey || event.metaKey || !typing(event);
}

/** Binds keys while the component is shown; `off` suspends them (a dialog is open). */
export function useKeys(keys: Keys, off = false): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (off) return undefined;
    const pressed = (event: KeyboardEvent): void => {
      if (composing(event) || event.defaultPrevented || !free(event)) return;
      const act = latest.current[nameOf(event)];
      if (act === undefined) return;
      event.preventDefault();
      act(event);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [off]);
}
