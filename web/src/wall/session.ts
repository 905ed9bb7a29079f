/**
 * The wall's own line to the server: figures are asked for with the token of the address, for ever.
 *
 * It does not use the console's client: that one would wait for somebody to log in.
 */

import { hear } from "../lib/clock";
import { Store } from "../lib/store";
import type { Dashboard } from "../board/useDashboard";

export interface Wall {
  phase: "opening" | "running" | "revoked" | "bare"; // bare: the address has no token
  data: Dashboard | null;
  heardMs: number; // performance.now() of the last figures
}

export const wall = new Store<Wall>({ phase: "opening", data: null, heardMs: performance.now() });

const EVERY_MS = 5_000;
const PATIENT_MS = 30_000; // after a refusal: the link may come back
const LONGEST_MS = 15_000; // a request that takes longer is given up

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The token of the address. It stays there, so that a PC that was restarted shows the wall again; no request has it. */
function tokenOfAddress(): string {
  return location.hash.slice(1);
}

/** What names the wall to the server. */
export function bearer(): string {
  return `Bearer ${tokenOfAddress()}`;
}

async function ask(path: string): Promise<Response | null> {
  const headers = { Authorization: bearer() };
  return fetch(`/api/v1/${path}`, { headers, credentials: "omit", signal: AbortSignal.timeout(LONGEST_MS) }).catch(() => null);
}

async function look(): Promise<number> {
  if (tokenOfAddress() === "") {
    wall.set({ ...wall.get(), phase: "bare" });
    return PATIENT_MS;
  }
  const answer = await ask("dashboard");
  if (answer === null) return EVERY_MS;
  if (answer.status === 401 || answer.status === 403) {
    wall.set({ ...wall.get(), phase: "revoked" });
    return PATIENT_MS;
  }
  if (!answer.ok) return EVERY_MS;
  const data = (await answer.json()) as Dashboard;
  hear(data.at);
  wall.set({ phase: "running", data, heardMs: performance.now() });
  return EVERY_MS;
}

/** Runs as long as the page stands; another token in the address begins anew. */
export async function watch(): Promise<never> {
  window.addEventListener("hashchange", () => location.reload());
  for (;;) await wait(await look().catch(() => EVERY_MS));
}
