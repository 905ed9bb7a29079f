/** IndexedDB with promises, as much of it as the shelf needs. */

/** What a request of the database comes to. */
export function of<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when all of a transaction is written; rejects when nothing is. */
export function done(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error);
  });
}

const STORES = ["keys", "kept", "plain", "photos"] as const; // keyed by names that are given
export type StoreName = (typeof STORES)[number] | "outbox";

export function openBase(): Promise<IDBDatabase> {
  const request = indexedDB.open("crew", 1);
  request.onupgradeneeded = () => {
    for (const name of STORES) request.result.createObjectStore(name);
    const outbox = request.result.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
    outbox.createIndex("account", "account");
    outbox.createIndex("once", "once", { unique: true });
  };
  return of(request);
}
