/**
 * The websocket: asks for the areas of the account, hears what happens there, comes back by itself.
 *
 * After a break it resumes at the last number of each area (`since`); what was missed follows, or a new snapshot.
 */

import { hear } from "../lib/clock";
import { Store } from "../lib/store";
import type { Schemas } from "./client";
import { loggedInAgain, session, type Me } from "./session";

type Kinds = "Hello" | "Snapshot" | "Resumed" | "Changed" | "Gone" | "Listed" | "Powered" | "Head" | "Ringing" | "HungUp" | "Refused";
export type Message = Schemas[Kinds];

export interface Line {
  state: "connecting" | "open" | "broken";
  heardMs: number; // performance.now() of the last word
  brokenMs: number | null; // since when the line is away
  lagMs: number; // how old the oldest change is that the server has not sent yet
}

const PATIENCE_MS = [500, 1_000, 2_000, 4_000, 8_000] as const; // between two tries
const SILENT_MS = 12_000; // heartbeats come every 5 s: two were missed
const NOT_LOGGED_IN = 4401;

export const line = new Store<Line>({ state: "connecting", heardMs: performance.now(), brokenMs: null, lagMs: 0 });

type Listener = (messages: readonly Message[]) => void;
const listeners = new Set<Listener>();

/** Hears every message of the feed from now on. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

class Live {
  #socket: WebSocket | null = null;
  #areas: readonly string[] = [];
  #since: Record<string, number> = {};
  #epoch: string | null = null;
  #tries = 0;
  #me: Me | null | undefined; // who was logged in when the line was opened

  start(areas: readonly string[]): void {
    this.#areas = areas;
    this.#connect();
    setInterval(() => this.#check(), 1_000);
    window.addEventListener("online", () => this.#hurry());
  }

  #connect(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/api/v1/live`);
    this.#socket = socket;
    this.#me = session.get().me;
    socket.onmessage = (event) => this.#hear(JSON.parse(String(event.data)) as Message[]);
    socket.onclose = (event) => {
      if (this.#socket === socket) void this.#lost(event.code);
    };
  }

  #hear(messages: readonly Message[]): void {
    const heardMs = performance.now();
    let { lagMs } = line.get();
    for (const message of messages) {
      if (message.kind === "hello") this.#greet(message);
      else if (message.kind === "head") {
        hear(message.at);
        lagMs = message.lag_ms ?? 0;
      } else if ("seq" in message) this.#since[message.area] = message.seq;
    }
    line.set({ state: "open", heardMs, brokenMs: null, lagMs });
    for (const listener of listeners) listener(messages);
  }

  #greet(hello: Schemas["Hello"]): void {
    hear(hello.at);
    this.#tries = 0;
    if (this.#epoch !== hello.epoch) this.#since = {};
    this.#epoch = hello.epoch;
    this.#socket?.send(JSON.stringify({ op: "subscribe", areas: this.#areas, since: this.#since, epoch: hello.epoch }));
  }

  async #lost(code: number): Promise<void> {
    this.#socket = null;
    const before = line.get();
    line.set({ ...before, state: "broken", brokenMs: before.brokenMs ?? performance.now() });
    const same = this.#me === session.get().me; // else somebody has logged in meanwhile: it was the old session's line
    if (code === NOT_LOGGED_IN && same) await loggedInAgain();
    const patience = PATIENCE_MS[Math.min(this.#tries, PATIENCE_MS.length - 1)] ?? 8_000;
    this.#tries += 1;
    setTimeout(() => this.#again(), patience * (0.7 + 0.6 * Math.random()));
  }

  #again(): void {
    if (this.#socket === null) this.#connect();
  }

  #hurry(): void {
    this.#tries = 0;
    this.#again();
  }

  /** A line that is silent for two heartbeats is dead, whatever the browser believes. */
  #check(): void {
    const { state, heardMs } = line.get();
    if (state !== "open" || performance.now() - heardMs < SILENT_MS) return;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    void this.#lost(0);
  }
}

let live: Live | null = null;

/** Begins to listen, once for the page. */
export function goLive(areas: readonly string[]): void {
  if (live !== null) return;
  live = new Live();
  live.start(areas);
}
