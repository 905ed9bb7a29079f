/**
 * What the phone keeps, sealed: the outbox, its photos, the jobs last heard of. Each account has a key of its own that
 * cannot leave the browser (AES-GCM); what one account kept another cannot read. Without HTTPS nothing is kept on disk.
 */

import { done, of, openBase, type StoreName } from "./base";
import { onceName, type Fresh, type Item } from "./items";

/** What the rest of the page needs of a place to keep things in. */
export interface Shelf {
  readonly lasting: boolean;
  items(): Promise<Item[]>;
  /** Takes all or none; false: one of them is there already. */
  add(fresh: readonly Fresh[], photo?: ArrayBuffer): Promise<boolean>;
  put(item: Item): Promise<void>;
  drop(items: readonly Item[]): Promise<void>;
  photo(id: string): Promise<ArrayBuffer | null>;
  keep(name: string, value: unknown): Promise<void>;
  kept<T>(name: string): Promise<T | null>;
  /** Forgets all of this account but what waits to be sent; without anything waiting, the key as well. */
  forget(): Promise<void>;
}

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

interface Row {
  seq?: number;
  account: string;
  once: string;
  sealed: Sealed;
}

const CURRENT = "current";
const ALL = ["keys", "kept", "plain", "photos", "outbox"] as const;
const TEXT = new TextEncoder();

let opened: Promise<IDBDatabase> | null = null;

function base(): Promise<IDBDatabase> {
  opened ??= openBase();
  return opened;
}

/** Whether this browser lets a page keep secrets: only over HTTPS or on the machine itself. */
export function canKeep(): boolean {
  return isSecureContext && typeof indexedDB !== "undefined" && navigator.locks !== undefined;
}

async function read<T>(store: StoreName, key: string): Promise<T | undefined> {
  return of((await base()).transaction(store).objectStore(store).get(key) as IDBRequest<T | undefined>);
}

async function write(store: StoreName, value: unknown, key?: string): Promise<void> {
  const tx = (await base()).transaction(store, "readwrite");
  tx.objectStore(store).put(value, key);
  return done(tx);
}

/** The account that was the last here: its id, which tells nothing. */
export async function lastAccount(): Promise<string | null> {
  return canKeep() ? ((await read<string>("plain", CURRENT)) ?? null) : null;
}

async function keyOf(account: string): Promise<CryptoKey> {
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const store = (await base()).transaction("keys", "readwrite").objectStore("keys"); // another tab may have been faster
  const before = (await of(store.get(account))) as CryptoKey | undefined;
  if (before !== undefined) return before;
  await of(store.put(made, account));
  return made;
}

class Disk implements Shelf {
  readonly lasting = true;
  private readonly account: string;
  private readonly key: CryptoKey;

  constructor(account: string, key: CryptoKey) {
    this.account = account;
    this.key = key;
  }

  private how(place: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: TEXT.encode(`${this.account}/${place}`) };
  }

  private async seal(place: string, bytes: BufferSource): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt(this.how(place, iv), this.key, bytes) };
  }

  private async unseal(place: string, sealed: Sealed): Promise<ArrayBuffer> {
    return crypto.subtle.decrypt(this.how(place, sealed.iv), this.key, sealed.data);
  }

  private async sealJson(place: string, value: unknown): Promise<Sealed> {
    return this.seal(place, TEXT.encode(JSON.stringify(value)));
  }

  private async json<T>(place: string, sealed: Sealed): Promise<T> {
    return JSON.parse(new TextDecoder().decode(await this.unseal(place, sealed))) as T;
  }

  private name(name: string): string {
    return `${this.account}/${name}`;
  }

  async items(): Promise<Item[]> {
    const index = (await base()).transaction("outbox").objectStore("outbox").index("account");
    const rows = (await of(index.getAll(this.account))) as Row[];
    const items = rows.map(async (row) => ({ ...(await this.json<Fresh>("outbox", row.sealed)), seq: row.seq ?? 0 }));
    return (await Promise.all(items)).sort((a, b) => a.seq - b.seq);
  }

  async add(fresh: readonly Fresh[], photo?: ArrayBuffer): Promise<boolean> {
    const rows = await Promise.all(fresh.map((item) => this.row(item)));
    const first = fresh[0]?.id ?? "";
    const picture = photo === undefined ? null : await this.seal(`photo/${first}`, photo);
    const tx = (await base()).transaction(["outbox", "photos"], "readwrite");
    for (const row of rows) tx.objectStore("outbox").add(row);
    if (picture !== null) tx.objectStore("photos").put(picture, this.name(first));
    try {
      await done(tx);
    } catch (error) {
      if ((error as DOMException | null)?.name === "ConstraintError") return false;
      throw error;
    }
    return true;
  }

  private async row(item: Fresh): Promise<Row> {
    return { account: this.account, once: this.name(onceName(item)), sealed: await this.sealJson("outbox", item) };
  }

  async put({ seq, ...item }: Item): Promise<void> {
    await write("outbox", { ...(await this.row(item as Fresh)), seq });
  }

  async drop(items: readonly Item[]): Promise<void> {
    const tx = (await base()).transaction(["outbox", "photos"], "readwrite");
    for (const item of items) {
      tx.objectStore("outbox").delete(item.seq);
      if (item.sort === "photo") tx.objectStore("photos").delete(this.name(item.id));
    }
    await done(tx);
  }

  async photo(id: string): Promise<ArrayBuffer | null> {
    const sealed = await read<Sealed>("photos", this.name(id));
    return sealed === undefined ? null : this.unseal(`photo/${id}`, sealed);
  }

  async keep(name: string, value: unknown): Promise<void> {
    await write("kept", await this.sealJson(name, value), this.name(name));
  }

  async kept<T>(name: string): Promise<T | null> {
    const sealed = await read<Sealed>("kept", this.name(name));
    return sealed === undefined ? null : this.json<T>(name, sealed).catch(() => null);
  }

  async forget(): Promise<void> {
    const waiting = (await this.items()).some((item) => item.state === "waiting");
    const own = IDBKeyRange.bound(this.name(""), this.name("\uffff"));
    const tx = (await base()).transaction(ALL, "readwrite");
    tx.objectStore("kept").delete(own);
    tx.objectStore("plain").delete(CURRENT);
    if (!waiting) {
      tx.objectStore("keys").delete(this.account);
      tx.objectStore("photos").delete(own);
      const outbox = tx.objectStore("outbox");
      for (const seq of await of(outbox.index("account").getAllKeys(this.account))) outbox.delete(seq);
    }
    await done(tx);
  }
}

/** The shelf of an account, who is from now on the last one here. */
export async function shelfOf(account: string): Promise<Shelf> {
  if (!canKeep()) return new (await import("./memory")).Memory();
  const shelf = new Disk(account, await keyOf(account));
  await write("plain", account, CURRENT);
  return shelf;
}
