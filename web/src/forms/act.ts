/** A write by one click: sent with its own key, said whether it was done, and the lists that it changed asked for again. */

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { complain, say } from "../kit/toast";
import { freshKey } from "../lib/once";

interface Act {
  busy: boolean;
  run: <T>(send: (key: string) => Promise<T>, done: string) => Promise<T | undefined>;
}

/** The header that makes a repeat the same request. */
export function once(key: string): { "Idempotency-Key": string } {
  return { "Idempotency-Key": key };
}

export function useAct(...changed: readonly string[]): Act {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [pending, setPending] = useState<string | null>(null); // the key of an intent that nobody has answered
  const run = async <T>(send: (key: string) => Promise<T>, done: string): Promise<T | undefined> => {
    const key = pending ?? freshKey();
    setPending(key);
    setBusy(true);
    try {
      const answer = await send(key);
      say("ok", done);
      setPending(null);
      return answer;
    } catch (error) {
      complain(error);
      if (!("passing" in (error as object)) || !(error as { passing: boolean }).passing) setPending(null);
      return undefined;
    } finally {
      setBusy(false);
      for (const name of changed) void client.invalidateQueries({ queryKey: [name] });
    }
  };
  return { busy, run };
}

/** After a form's write: says it was done and asks for the changed lists again. */
export function useDone(...changed: readonly string[]): (text: string) => void {
  const client = useQueryClient();
  return (text) => {
    say("ok", text);
    for (const name of changed) void client.invalidateQueries({ queryKey: [name] });
  };
}
