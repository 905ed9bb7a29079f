/** The Idempotency-Key of what is typed: it stays for a retry and changes with the matter. */

import { useRef } from "react";

import { freshKey } from "../lib/once";

export function useKey(): (matter: unknown) => string {
  const kept = useRef({ matter: "", key: "" });
  return (matter) => {
    const text = JSON.stringify(matter);
    if (text !== kept.current.matter) kept.current = { matter: text, key: freshKey() };
    return kept.current.key;
  };
}
