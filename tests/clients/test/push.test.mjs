// A reminder from the synchronised task to the notification in Chromium. There is no push service in a test: the endpoint is a server of this file, which
// checks VAPID with jose, decrypts with http_ece, and hands the message to the service worker as the browser's own push client would.
import assert from 'node:assert/strict';
import { createECDH, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import ece from 'http_ece';
import { importJWK, jwtVerify } from 'jose';
import { launch } from '../lib/browser.mjs';
import { call, insert, newPerson, pull, pushed } from '../lib/mana.mjs';
import { Site } from '../lib/site.mjs';
import { patience } from '../lib/within.mjs';

let browser, site, service;

/** A push service with one endpoint. */
class PushService {
  messages = [];
  keys = createECDH('prime256v1');
  auth = randomBytes(16);
  #listener = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      this.messages.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(201, { location: `${this.origin}/message/${this.messages.length}` }).end();
    });
  });

  static async start() {
    const service = new PushService();
    service.keys.generateKeys();
    await new Promise((resolve) => service.#listener.listen(0, '127.0.0.1', resolve));
    service.origin = `http://127.0.0.1:${service.#listener.address().port}`;
    return service;
  }

  get subscription() {
    return { endpoint: `${this.origin}/push/${randomUUID()}`, keys: { p256dh: this.keys.getPublicKey('base64url'), auth: this.auth.toString('base64url') } };
  }

  decrypt(message) {
    return ece.decrypt(message.body, { version: 'aes128gcm', privateKey: this.keys, authSecret: this.auth }).toString();
  }

  stop() { return new Promise((resolve) => this.#listener.close(resolve)); }
}

before(async () => { [site, browser, service] = await Promise.all([Site.start(), launch(), PushService.start()]); });
after(async () => { await browser?.close(); await site?.stop(); await service?.stop(); });

async function until(what, condition) {
  for (const deadline = Date.now() + patience; ; await setTimeout(50)) {
    const value = await condition();
    if (value) return value;
    assert.ok(Date.now() < deadline, what);
  }
}

test('a reminder becomes a notification in the browser', async () => {
  const person = await newPerson();
  const { publicKey } = (await call('/api/v1/push/vapid-public-key')).body;
  assert.equal((await call('/api/v1/push/subscriptions', { method: 'POST', token: person.accessToken, body: service.subscription })).status, 201);

  const [taskId, reminderId] = [randomUUID(), randomUUID()];
  const dueDate = new Date(Date.now() + 3000).toISOString();
  await pushed('todo', person.accessToken, 'push-test', insert('tasks', taskId, { title: 'Milch & Brot', isCompleted: false, dueDate }));
  await pushed('todo', person.accessToken, 'push-test', insert('reminders', reminderId, { taskId, minutesBefore: 0, type: 'push', status: 'pending' }));
  const [message] = await until('a push arrives', () => service.messages.length > 0 && service.messages);
  assert.ok(Date.now() >= Date.parse(dueDate), 'not before it is due');

  // RFC 8292, by jose.
  const { t, k } = /^vapid t=(?<t>[^,]+), k=(?<k>.+)$/.exec(message.headers.authorization).groups;
  assert.equal(k, publicKey);
  const point = Buffer.from(k, 'base64url');
  const key = await importJWK({ kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }, 'ES256');
  const { payload, protectedHeader } = await jwtVerify(t, key, { audience: service.origin, algorithms: ['ES256'] });
  assert.equal(protectedHeader.alg, 'ES256');
  assert.ok(payload.exp - Date.now() / 1000 <= 24 * 3600 && /^(mailto:|https:)/.test(payload.sub));

  // RFC 8291, by http_ece.
  assert.equal(message.headers['content-encoding'], 'aes128gcm');
  assert.ok(Number(message.headers.ttl) > 0 && message.headers.topic.length <= 32);
  const data = service.decrypt(message);
  assert.deepEqual((({ type, title, tag, reminderId, recordId }) => ({ type, title, tag, reminderId, recordId }))(JSON.parse(data)),
    { type: 'reminder', title: 'Milch & Brot', tag: `todo-${reminderId}`, reminderId, recordId: taskId });

  const shown = await notificationsOf([data, data]);
  assert.deepEqual(shown.map(({ title, tag }) => ({ title, tag })), [{ title: 'Milch & Brot', tag: `todo-${reminderId}` }], 'a repetition replaces what is shown');

  // The other devices learn of it from their own data.
  const told = await until('the record says sent', async () => {
    const { serverChanges } = (await pull(person.accessToken, 'other-device', '1970-01-01T00:00:00.000Z', 'reminders')).body;
    return serverChanges.find((change) => change.id === reminderId && (change.fields?.status?.value ?? change.data?.status) === 'sent');
  });
  assert.ok(told);
});

/** What Chromium shows after its service worker got these messages. */
async function notificationsOf(messages) {
  const context = await browser.newContext();
  await context.grantPermissions(['notifications'], { origin: site.origin });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const devtools = await context.newCDPSession(page);
  const registered = new Promise((resolve) => devtools.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
    const running = versions.find((version) => version.status === 'activated');
    if (running) resolve(running.registrationId);
  }));
  await devtools.send('ServiceWorker.enable');
  await page.goto(`${site.origin}/push.html`);
  await page.waitForSelector('html[data-ready=yes]', { state: 'attached' });
  const registrationId = await registered;
  for (const data of messages) await devtools.send('ServiceWorker.deliverPushMessage', { origin: site.origin, registrationId, data });
  const shown = await until('a notification is shown', async () => {
    const found = await page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, data })));
    return found.length > 0 && found;
  });
  await context.close();
  return shown;
}
