/** The time of the replay: a second of the day that can be set, or runs by itself at a chosen pace. */

import { Store } from "../lib/store";
import { DAY_S } from "./play";

export const PACES = [60, 300, 600, 1_800, 3_600] as const;
const FRAME_MS = 50; // the picture is drawn anew this often while it plays

export interface Playing {
  second: number;
  pace: number;
  running: boolean;
}

export class Player {
  readonly state = new Store<Playing>({ second: 0, pace: 600, running: false });
  #timer: ReturnType<typeof setInterval> | undefined;
  #drawnMs = 0;
  readonly endS: number; // of the day; of today: what has been

  constructor(endS: number = DAY_S - 1) {
    this.endS = Math.max(60, Math.min(DAY_S - 1, endS));
  }

  seek(second: number): void {
    this.state.set({ ...this.state.get(), second: Math.max(0, Math.min(this.endS, second)) });
  }

  setPace(pace: number): void {
    this.state.set({ ...this.state.get(), pace });
  }

  toggle(): void {
    if (this.state.get().running) this.stop();
    else this.#start();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.state.set({ ...this.state.get(), running: false });
  }

  #start(): void {
    const { second } = this.state.get();
    this.state.set({ ...this.state.get(), running: true, second: second >= this.endS ? 0 : second });
    this.#drawnMs = performance.now();
    this.#timer = setInterval(() => this.#go(), FRAME_MS);
  }

  #go(): void {
    const nowMs = performance.now();
    const { second, pace } = this.state.get();
    this.seek(second + ((nowMs - this.#drawnMs) / 1000) * pace);
    this.#drawnMs = nowMs;
    if (this.state.get().second >= this.endS) this.stop();
  }
}

/** 10:32 of a second of the day; before it and after it the day is told as well. */
export function clock(second: number | null | undefined, seconds = false): string {
  if (second === null || second === undefined) return "—";
  const days = Math.floor(second / DAY_S);
  const within = Math.floor(second) - days * DAY_S;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  const time = `${two(within / 3600)}:${two((within / 60) % 60)}${seconds ? `:${two(within % 60)}` : ""}`;
  return days === 0 ? time : `${days > 0 ? "+" : ""}${days} ${time}`;
}
