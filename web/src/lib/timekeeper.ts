/** Time as it goes on between two words of the server. Pure; tested. */

const PACE_TOLERANCE = 0.2; // a pace nearer to 1 than this is 1: lines jitter
const SHORTEST_MS = 2_000; // two words nearer to each other tell nothing of the pace
const FASTEST = 20_000;
const BACK_MS = 60_000; // what lies farther back was set back, and is followed

export class Timekeeper {
  #heardMs: number;
  #toldMs: number;
  #pace = 1;
  #heard = false;
  #shownMs = -Infinity;

  constructor(toldMs: number, byMs: number) {
    this.#toldMs = toldMs;
    this.#heardMs = byMs;
  }

  /** Takes in what the server says its time is; `byMs`: of the steady clock. */
  hear(told: number, byMs: number): void {
    if (Number.isNaN(told)) return;
    const gone = byMs - this.#heardMs;
    if (this.#heard && gone < SHORTEST_MS && Math.abs(told - this.#toldMs) < BACK_MS) return;
    if (this.#heard) {
      const seen = (told - this.#toldMs) / gone;
      this.#pace = Math.abs(seen - 1) < PACE_TOLERANCE || seen < 0 ? 1 : Math.min(seen, FASTEST);
    }
    this.#heard = true;
    this.#heardMs = byMs;
    this.#toldMs = told;
  }

  /** The next word is the first one again: the steady clock may have stood still. */
  forget(): void {
    this.#heard = false;
    this.#shownMs = -Infinity;
  }

  /** The server's time; where a late word would have it step back a little, it waits instead. */
  at(byMs: number): number {
    const found = this.#toldMs + (byMs - this.#heardMs) * this.#pace;
    const waits = found < this.#shownMs && this.#shownMs - found < BACK_MS * Math.max(1, this.#pace);
    if (!waits) this.#shownMs = found;
    return this.#shownMs;
  }
}
