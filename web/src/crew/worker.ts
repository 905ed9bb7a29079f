/** The service worker that lets the page open without a line; only over HTTPS, and not while the page is being built. */

export function hire(): void {
  if (!import.meta.env.PROD || !isSecureContext || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/sw.js").catch(() => undefined); // the page works without it; `offlineReady` says so
}

/** Whether the page's files are on the phone. */
export async function offlineReady(): Promise<boolean> {
  if (!("caches" in globalThis)) return false;
  return (await caches.match("/crew")) !== undefined;
}
