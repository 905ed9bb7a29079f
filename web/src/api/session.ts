/** Who sits here: logging in and out, and what becomes of a request when the session ends in the middle of it. */

import { Store, useStore } from "../lib/store";
import type { components } from "./schema.gen";
import { refusal, unreachable } from "./errors";

export type Me = components["schemas"]["Me"];

/** `undefined`: not asked yet; `null`: nobody. A lost session keeps `me`: what is typed stays, log-in lies over it. */
export interface Session {
  me: Me | null | undefined;
  lost: boolean;
}

export const session = new Store<Session>({ me: undefined, lost: false });
let waiting: (() => void)[] = [];

export function useMe(): Me {
  const { me } = useStore(session);
  if (!me) throw new Error("nobody is logged in");
  return me;
}

export function may(me: Me, action: string): boolean {
  return me.actions.includes(action);
}

async function answer(request: Promise<Response>): Promise<Response> {
  const response = await request.catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => null));
  return response;
}

/** Asks who is logged in; nobody is an answer, too. */
export async function whoAmI(): Promise<void> {
  const response = await fetch("/api/v1/me").catch(() => {
    throw unreachable();
  });
  if (response.status === 401) session.set({ me: null, lost: false });
  else if (response.ok) session.set({ me: (await response.json()) as Me, lost: false });
  else throw refusal(response.status, await response.json().catch(() => null));
}

export async function logIn(login: string, password: string): Promise<void> {
  const before = session.get().me;
  const body = JSON.stringify({ login, password });
  const headers = { "Content-Type": "application/json" };
  const response = await answer(fetch("/api/v1/sessions", { method: "POST", headers, body }));
  const me = (await response.json()) as Me;
  if (before && before.account.id !== me.account.id) {
    location.reload(); // another person: nothing of the one before may stay on the page
    return;
  }
  session.set({ me, lost: false });
  const resumed = waiting;
  waiting = [];
  for (const go of resumed) go();
}

export async function logOut(): Promise<void> {
  await answer(fetch("/api/v1/sessions/current", { method: "DELETE" }));
  location.hash = "";
  location.reload();
}

/** Says that the server no longer knows us; resolves when somebody has logged in again. */
export function loggedInAgain(): Promise<void> {
  session.set({ ...session.get(), lost: true });
  return new Promise((resolve) => waiting.push(resolve));
}
