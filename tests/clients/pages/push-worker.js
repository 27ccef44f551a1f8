// As the web app's service worker shows a reminder: the server's tag makes a repetition replace what is shown.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('push', (event) => {
  const { title, body, tag, url, reminderId } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, data: { url, reminderId } }));
});
