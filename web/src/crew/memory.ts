/** The shelf of a page without HTTPS: all is gone with the page, and the page says so. */

import { onceName, type Fresh, type Item } from "./items";
import type { Shelf } from "./shelf";

export class Memory implements Shelf {
  readonly lasting = false;
  private all: Item[] = [];
  private last = 0;
  private readonly photos = new Map<string, ArrayBuffer>();
  private readonly values = new Map<string, unknown>();

  items = async (): Promise<Item[]> => [...this.all];

  add = async (fresh: readonly Fresh[], photo?: ArrayBuffer): Promise<boolean> => {
    const names = new Set(this.all.map(onceName));
    if (fresh.some((item) => names.has(onceName(item)))) return false;
    for (const item of fresh) this.all.push({ ...item, seq: (this.last += 1) });
    if (photo !== undefined && fresh[0] !== undefined) this.photos.set(fresh[0].id, photo);
    return true;
  };

  put = async (item: Item): Promise<void> => {
    this.all = this.all.map((held) => (held.seq === item.seq ? item : held));
  };

  drop = async (items: readonly Item[]): Promise<void> => {
    const gone = new Set(items.map((item) => item.seq));
    this.all = this.all.filter((item) => !gone.has(item.seq));
    for (const item of items) this.photos.delete(item.id);
  };

  photo = async (id: string): Promise<ArrayBuffer | null> => this.photos.get(id) ?? null;
  keep = async (name: string, value: unknown): Promise<void> => void this.values.set(name, value);
  kept = async <T>(name: string): Promise<T | null> => (this.values.get(name) as T | undefined) ?? null;
  forget = async (): Promise<void> => this.values.clear();
}
