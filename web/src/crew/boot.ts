/** Who is at the phone: asked of the server, without a line remembered; his shelf is opened and the work begins. */

import { ApiError } from "../api/errors";
import { logIn, session, whoAmI, type Me } from "../api/session";
import { Store } from "../lib/store";
import { onWord, openShelf, recall, reread, tell } from "./desk";
import { lastAccount } from "./shelf";

/** `away`: the server cannot be reached, and nobody was here before. */
export const boot = new Store<"asking" | "away" | "asked" | "ready">("asking");

/** What sends, asks and shows all but the list: read after the list stands. */
export const later = (): Promise<typeof import("./rooms")> => import("./rooms");

async function enter(me: Me): Promise<void> {
  const kept = await openShelf(me.account.id);
  await kept.keep("me", me);
  await recall();
  boot.set("ready");
  await (await later()).begin();
}

/** Without a line: whoever was here last goes on with what the phone keeps. */
async function remembered(): Promise<Me | null> {
  const last = await lastAccount();
  return last === null ? null : (await openShelf(last)).kept<Me>("me");
}

async function who(): Promise<Me | null | undefined> {
  try {
    await whoAmI();
  } catch (error) {
    const me = error instanceof ApiError && error.passing ? await remembered() : null;
    if (me === null) return undefined;
    session.set({ me, lost: false });
  }
  return session.get().me;
}

export async function start(): Promise<void> {
  boot.set("asking");
  const me = await who();
  if (me === undefined) boot.set("away");
  else if (me?.account.crew_id) await enter(me);
  else boot.set("asked");
}

/** Logs in, for the first time or again; the queue goes on. */
export async function comeIn(login: string, password: string): Promise<void> {
  await logIn(login, password);
  const { me } = session.get();
  tell("session");
  if (!me?.account.crew_id) boot.set("asked");
  else if (boot.get() === "ready") await (await later()).hurry();
  else await enter(me);
}

/** Somebody logged in in another tab: the same account goes on, another one begins anew. */
async function again(): Promise<void> {
  const before = session.get().me?.account.id;
  await whoAmI().catch(() => undefined);
  if (session.get().me?.account.id !== before) return location.reload();
  await reread();
  if (boot.get() === "ready") await (await later()).hurry();
}

onWord("session", () => void again());
onWord("left", () => location.reload());
