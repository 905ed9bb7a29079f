/** What the rule pack says of replies, read once and kept on the phone; without it only the plain checks are made. */

import { useEffect } from "react";

import { Store } from "../lib/store";
import { ask } from "./ask";
import type { ReplyRules } from "./checks";
import { shelf } from "./desk";

export const replyRules = new Store<ReplyRules | null>(null);
let read: string | null = null;

async function load(pack: string): Promise<void> {
  if (read === pack) return;
  const kept = await shelf().kept<ReplyRules>(`replies/${pack}`);
  if (kept !== null) replyRules.set(kept);
  const { data } = await ask<{ replies?: ReplyRules | null }>(`/packs/${pack}`);
  read = pack;
  replyRules.set(data.replies ?? null);
  await shelf().keep(`replies/${pack}`, data.replies ?? null);
}

export function useRules(pack: string): void {
  useEffect(() => {
    load(pack).catch(() => undefined); // without a line what is kept counts
  }, [pack]);
}
