/*
 * Lets the crew's page open without a line. It keeps the page's own files and nothing else: no answer of the interface
 * is ever kept here. The page is shown from the phone at once, a new version is fetched beside it and seen at the next
 * start; the files of the version before stay until then.
 */

const CACHE = "crew";
const PAGE = "/crew";
const IN_PAGE = /(?:src|href)="(\/[^"]+)"/g;
const IN_SCRIPT = /["'`](?:\.\/|\/?assets\/)([\w.-]+\.(?:js|css))["'`]/g; // parts that are read later

function named(text, pattern) {
  return [...text.matchAll(pattern)].map((found) => found[1]);
}

/** A file from the phone, or fetched and kept; what has a digest in its name never changes. */
async function kept(cache, file) {
  const known = file.startsWith("/assets/") ? await cache.match(file) : undefined;
  if (known !== undefined) return known;
  const answer = await fetch(file, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
  await cache.put(file, answer.clone());
  return answer;
}

/** All files of a page: those that it names, and those that its scripts name. */
async function filesOf(cache, html) {
  const files = new Set();
  const open = named(html, IN_PAGE);
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const answer = await kept(cache, file);
    if (file.endsWith(".js")) open.push(...named(await answer.text(), IN_SCRIPT).map((name) => `/assets/${name}`));
  }
  return files;
}

/** Fetches the page; if it is another one than before, its files first and then the page itself. */
async function renew() {
  const cache = await caches.open(CACHE);
  const answer = await fetch(PAGE, { cache: "no-cache" });
  if (!answer.ok) return;
  const before = await cache.match(PAGE);
  const old = before === undefined ? "" : await before.text();
  const html = await answer.clone().text();
  if (html === old) return;
  const stay = old === "" ? new Set() : await filesOf(cache, old).catch(() => new Set()); // a page of before may be open
  const files = await filesOf(cache, html);
  await cache.put(PAGE, answer);
  for (const entry of await cache.keys()) {
    const { pathname } = new URL(entry.url);
    if (pathname !== PAGE && !files.has(pathname) && !stay.has(pathname)) await cache.delete(entry);
  }
}

async function page(event) {
  const known = await caches.match(PAGE);
  if (known === undefined) return fetch(event.request);
  event.waitUntil(renew().catch(() => undefined)); // without a line what is kept stays
  return known;
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(renew());
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") {
    if (pathname === PAGE) event.respondWith(page(event));
    return;
  }
  event.respondWith(caches.match(request, { cacheName: CACHE, ignoreVary: true }).then((known) => known ?? fetch(request)));
});
