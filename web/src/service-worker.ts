import { version } from '$app/env';
import { assets } from '$app/manifest';
import { self } from '$app/service-worker';

/** Everything of one build; the next build has its own and removes this. */
const cacheName = `croft-${version}`;

/** `/` answers with the page frame, whatever the route. */
const frame = '/';

self.addEventListener('install', (event) => {
  event.waitUntil(keepFrame().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(removeFormer().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith('/_app/immutable/')) event.respondWith(cachedOrFetched(request));
  // The API is never touched: its answers are live or they are nothing.
  else if (request.mode === 'navigate' && !url.pathname.startsWith('/api/')) event.respondWith(pageOrFrame(request));
});

async function keepFrame(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.addAll([frame, ...assets.map(({ path }) => `/${path.replace(/^\//, '')}`)]);
}

async function removeFormer(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith('croft-') && name !== cacheName).map((name) => caches.delete(name)),
  );
}

/** Files whose name is their hash never change, so the first copy serves forever. */
async function cachedOrFetched(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

/** Pages come from the instance, with their own title and preview; without it the frame opens and says so. */
async function pageOrFrame(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (unreachable) {
    const kept = await caches.match(frame);
    if (kept) return kept;
    throw unreachable;
  }
}
