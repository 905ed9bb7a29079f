/** A store that follows another one, at once after a rest and then at most so often: for pictures that cost to draw. */

import { Store } from "../lib/store";

export function calmed<T>(source: Store<T>, everyMs: number): Store<T> {
  const calm = new Store(source.get());
  let lastMs = -Infinity;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const follow = (): void => {
    waiting = undefined;
    lastMs = performance.now();
    calm.set(source.get());
  };
  source.watch(() => {
    if (waiting !== undefined) return;
    const rest = lastMs + everyMs - performance.now();
    if (rest <= 0) follow();
    else waiting = setTimeout(follow, rest);
  });
  return calm;
}
