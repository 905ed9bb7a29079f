/**
 * The wall's own line to the server: the secret of the address is handed in once, then figures are asked for, for ever.
 *
 * It does not use the console's client: that one would wait for somebody to log in.
 */

import { hear } from "../lib/clock";
import { Store } from "../lib/store";
import type { Dashboard } from "../board/useDashboard";

export interface Wall {
  phase: "opening" | "running" | "revoked" | "bare"; // bare: no link was ever opened here
  data: Dashboard | null;
  heardMs: number; // performance.now() of the last figures
}

export const wall = new Store<Wall>({ phase: "opening", data: null, heardMs: performance.now() });

const EVERY_MS = 5_000;
const PATIENT_MS = 30_000; // after a refusal: the link may come back
const LONGEST_MS = 15_000; // a request that takes longer is given up

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Takes the secret out of the address, so that nobody reads it there. */
function secretOfAddress(): string | null {
  const secret = location.hash.slice(1);
  if (secret === "") return null;
  history.replaceState(null, "", location.pathname);
  return secret;
}

async function ask(path: string, init: RequestInit = {}): Promise<Response | null> {
  return fetch(`/api/v1/${path}`, { ...init, signal: AbortSignal.timeout(LONGEST_MS) }).catch(() => null);
}

/** Hands the secret in until the server has answered; tells whether it was taken. */
async function enter(secret: string): Promise<boolean> {
  for (;;) {
    const answer = await ask("wall-session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ secret }) });
    if (answer !== null && answer.ok) return true;
    if (answer !== null && answer.status < 500 && answer.status !== 429) return false;
    await wait(EVERY_MS);
  }
}

async function look(entered: boolean): Promise<number> {
  const answer = await ask("dashboard");
  if (answer === null) return EVERY_MS;
  if (answer.status === 401 || answer.status === 403) {
    wall.set({ ...wall.get(), phase: entered || wall.get().data !== null ? "revoked" : "bare" });
    return PATIENT_MS;
  }
  if (!answer.ok) return EVERY_MS;
  const data = (await answer.json()) as Dashboard;
  hear(data.at);
  wall.set({ phase: "running", data, heardMs: performance.now() });
  return EVERY_MS;
}

/** Runs as long as the page stands. */
export async function watch(): Promise<never> {
  const secret = secretOfAddress();
  if (secret !== null && !(await enter(secret))) wall.set({ ...wall.get(), phase: "revoked" });
  for (;;) await wait(await look(secret !== null).catch(() => EVERY_MS));
}
