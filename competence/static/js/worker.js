// The service worker: it keeps the files that every page needs, and one page that it shows when there is no network.
// It never keeps a page that the server made for somebody. /worker.js puts a line before this file:
// SHELL = { name, offline, files }, where the name changes with the contents.

const PREFIX = "kt-shell-";

async function fill() {
  const cache = await caches.open(SHELL.name);
  await cache.addAll(SHELL.files);
  // Without cookies: the server answers it as to somebody whom it does not know.
  const page = await fetch(SHELL.offline, { credentials: "omit", cache: "no-store" });
  if (!page.ok) throw new Error(String(page.status));
  await cache.put(SHELL.offline, page);
}

async function forgetOlder() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== SHELL.name) await caches.delete(name);
  }
  await self.clients.claim();
}

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));

async function pageOrOffline(request) {
  try {
    return await fetch(request);
  } catch {
    return (await (await caches.open(SHELL.name)).match(SHELL.offline)) ?? Response.error();
  }
}

async function keptOrFetched(request) {
  return (await (await caches.open(SHELL.name)).match(request)) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(pageOrOffline(request));
  else if (request.method === "GET" && SHELL.files.includes(address.pathname + address.search)) event.respondWith(keptOrFetched(request));
});
