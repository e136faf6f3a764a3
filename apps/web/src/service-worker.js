// Keeps the program itself for when there is no connection, and shows what a notification is about. Messages are no
// business of it: they are in the store.
const version = '__VERSION__';
const files = ['__FILES__'];

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(version)
      .then((cache) => cache.addAll(files))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== version).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  const scope = new URL(self.registration.scope).pathname;
  if (request.mode === 'navigate') {
    // The newest page where there is a connection; what it needs has names of its own.
    event.respondWith(fetch(request).catch(() => caches.match(scope, { ignoreVary: true })));
    return;
  }
  if (!pathname.startsWith(scope)) return;
  event.respondWith(
    // Servers say that it varies with who asks, which it does not.
    caches.match(request, { ignoreVary: true }).then(
      (found) =>
        found ??
        fetch(request).then((response) => {
          if (!response.ok || !/\/(?:assets|emoji)\//.test(pathname)) return response;
          const copy = response.clone();
          event.waitUntil(caches.open(version).then((cache) => cache.put(request, copy)));
          return response;
        }),
    ),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { href } = event.notification.data ?? {};
  event.waitUntil(
    self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then(async ([client]) => {
      if (client === undefined) return self.clients.openWindow(`${self.registration.scope}${href ?? ''}`);
      if (href !== undefined) client.postMessage({ type: 'go', href });
      return client.focus();
    }),
  );
});
