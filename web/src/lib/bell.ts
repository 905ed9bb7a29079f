/**
 * The alarm's sound, made by the page itself (no file to load). A browser sounds only after somebody touched the page:
 * `ringTest` is called at log-in, and `audible` tells whether it was heard.
 */

import { Store } from "./store";

export const audible = new Store(false);
let context: AudioContext | null = null;

const TONES: Record<"new" | "warn" | "over", readonly number[]> = { new: [880], warn: [660, 880], over: [880, 660, 880, 660] };
const TONE_S = 0.16;

async function open(): Promise<AudioContext | null> {
  context ??= new AudioContext();
  if (context.state !== "running") await context.resume().catch(() => undefined);
  audible.set(context.state === "running");
  return context.state === "running" ? context : null;
}

/** Sounds; what a browser that nobody touched does not allow is shown by `audible`. */
export async function ring(kind: keyof typeof TONES): Promise<void> {
  const sounding = await open();
  if (sounding === null) return;
  TONES[kind].forEach((hertz, n) => {
    const tone = sounding.createOscillator();
    const volume = sounding.createGain();
    const start = sounding.currentTime + n * TONE_S;
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.25, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_S);
    tone.connect(volume).connect(sounding.destination);
    tone.start(start);
    tone.stop(start + TONE_S);
  });
}

export function ringTest(): void {
  void ring("new");
}
