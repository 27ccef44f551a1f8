// The page and its modules, kept for the time without a network. Requests to other origins, the server's, are none of its business.
const cacheName = 'todo-1';
const files = ['/todo.html', '/todo.mjs', '/store.mjs', '/merge.mjs', '/sync.mjs', '/dexie.mjs'];

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  if (new URL(event.request.url).origin !== self.location.origin) return;
  event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
});
