/** Which labels are written so that none lies on another: those that come first win. Pure. */

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const CELL = 64; // px: boxes are looked up by the squares they touch

export class Taken {
  readonly #cells = new Map<string, Box[]>();

  /** Takes the place if it is free. */
  take(box: Box): boolean {
    const keys = cells(box);
    if (keys.some((key) => this.#cells.get(key)?.some((other) => touching(box, other)))) return false;
    for (const key of keys) {
      const held = this.#cells.get(key);
      if (held === undefined) this.#cells.set(key, [box]);
      else held.push(box);
    }
    return true;
  }
}

function touching(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function cells({ left, top, right, bottom }: Box): string[] {
  const found: string[] = [];
  for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x += 1) {
    for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y += 1) found.push(`${x},${y}`);
  }
  return found;
}
