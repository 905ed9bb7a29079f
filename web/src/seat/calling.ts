/** The call that rings or is on at this seat, as the switchboard tells it over the feed. The number stays in memory. */

import { api, answered, type Schemas } from "../api/client";
import { listen } from "../api/live";
import { Store } from "../lib/store";

export interface Ring {
  ref: string;
  phone: string; // empty: withheld
  known: boolean; // somebody called from it before
  atMs: number;
}

type Told = Pick<Schemas["Ringing"], "call_ref" | "phone" | "known" | "at">;

/** The latest call of the switchboard that the form has not taken over yet. */
export const ring = new Store<Ring | null>(null);
/** The call whose caller has hung up, or that was passed on to another seat. */
export const hungUp = new Store<{ ref: string; atMs: number } | null>(null);

const taken = new Set<string>(); // calls that the form took over: told once more, they do not ring again

export function take(call: Ring): void {
  taken.add(call.ref);
  if (ring.get()?.ref === call.ref) ring.set(null);
}

function rings(call: Told): void {
  if (taken.has(call.call_ref)) return;
  ring.set({ ref: call.call_ref, phone: call.phone, known: call.known, atMs: Date.parse(call.at) });
}

listen((messages) => {
  for (const message of messages) {
    if (message.kind === "hello") askAgain();
    else if (message.kind === "ringing") rings(message);
    else if (message.kind === "hungup") {
      if (ring.get()?.ref === message.call_ref) ring.set(null);
      hungUp.set({ ref: message.call_ref, atMs: Date.parse(message.at) });
    }
  }
});

/** Asks for the call that is on: the page was loaded again, or the line was away. Who has no switchboard types the number. */
export function askAgain(): void {
  answered(api.GET("/api/v1/telephony/mine")).then(
    ({ call }) => (call === null ? undefined : rings(call)),
    () => undefined,
  );
}
