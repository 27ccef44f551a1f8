// Change notifications (sync.md 9, 10) as the npm package ws hears them. "Nobody is told" is never proven by waiting: a later hint that
// must arrive comes first, alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { insert, newPerson, pushTo, pushed } from '../lib/mana.mjs';
import { LiveSocket } from '../lib/socket.mjs';
import { within } from '../lib/within.mjs';

const open = [];
let person, token, silent, silentSince, ids = 0;

/** A socket that the end of the file closes. */
const listen = async (...args) => { const live = await LiveSocket.signedIn(...args); open.push(live); return live; };
const connect = async (path) => { const live = await LiveSocket.open(path); open.push(live); return live; };
const write = (appId, clientId, table, as = token) => pushed(appId, as, clientId, insert(table, `${table}-${ids++}`));
/** What every hint must say; a host may say more. */
const about = ({ type, appId, tables }) => ({ type, appId, tables });
const hint = (appId, ...tables) => ({ type: 'sync-available', appId, tables });

before(async () => {
  person = await newPerson();
  token = person.accessToken;
  silent = await connect();
  silentSince = Date.now();
});

after(() => open.forEach((live) => live.close()));

test('auth, then auth-ok', async () => {
  const live = await connect();
  live.send({ type: 'auth', token });
  assert.deepEqual(await live.next('auth-ok'), { type: 'auth-ok' });
});

test('ping is answered before and after auth', async () => {
  const live = await connect();
  assert.deepEqual(await live.ping(), { type: 'pong' });
  await live.authenticate(token);
  assert.deepEqual(await live.ping(), { type: 'pong' });
});

test("a push of another device is announced with its app and sorted tables, never with ids or values", async () => {
  const b = await listen(token, 'dev-b');
  await pushed('todo', token, 'dev-a', insert('tasks', 'secret-id', { title: 'secret title' }), insert('projects', 'p1'), insert('tasks', 't2'));
  const heard = await b.next('hint');
  assert.deepEqual(about(heard), hint('todo', 'projects', 'tasks'));
  assert.doesNotMatch(JSON.stringify(heard), /secret/);
});

test('the device that pushed is not told; its sibling is', async () => {
  const [a, b] = [await listen(token, 'dev-a'), await listen(token, 'dev-b')];
  await write('todo', 'dev-a', 'tasks');
  assert.deepEqual(about(await b.next('hint for b')), hint('todo', 'tasks'));
  await write('todo', 'dev-b', 'projects');
  assert.deepEqual(about(await a.next('hint for a')), hint('todo', 'projects'));
  await write('todo', 'dev-c', 'labels');
  assert.deepEqual(about(await b.next('second hint for b')), hint('todo', 'labels'));
});

test('a socket that gave no client id hears of every push', async () => {
  const live = await listen(token);
  await write('todo', 'dev-a', 'tasks');
  assert.deepEqual(about(await live.next('hint')), hint('todo', 'tasks'));
});

test('/ws/{appId} hears of its own app only, /ws of all', async () => {
  const [all, todo, calendar] = [await listen(token, 'x'), await listen(token, 'y', '/ws/todo'), await listen(token, 'z', '/ws/calendar')];
  await write('todo', 'dev-a', 'tasks');
  assert.deepEqual(about(await all.next('hint on /ws')), hint('todo', 'tasks'));
  assert.deepEqual(about(await todo.next('hint on /ws/todo')), hint('todo', 'tasks'));
  await write('calendar', 'dev-a', 'events');
  assert.deepEqual(about(await all.next('second hint on /ws')), hint('calendar', 'events'));
  assert.deepEqual(about(await calendar.next('hint on /ws/calendar')), hint('calendar', 'events'));
  await write('todo', 'dev-a', 'projects');
  assert.deepEqual(about(await todo.next('second hint on /ws/todo')), hint('todo', 'projects'));
});

test('neither strangers nor empty nor refused pushes cause a hint', async () => {
  const stranger = await newPerson();
  const live = await listen(token, 'dev-b');
  await write('todo', 'dev-a', 'strange', stranger.accessToken);
  assert.equal((await pushTo('todo', token, 'dev-a', [])).status, 200);
  assert.equal((await pushTo('todo', token, 'dev-a', [insert('refused', 'r1'), { table: 'refused', id: 'r2', op: 'upsert' }])).status, 400);
  const again = insert('tasks', 'once');
  await pushed('todo', token, 'dev-a', again);
  assert.deepEqual(about(await live.next('hint')), hint('todo', 'tasks'));
  await pushed('todo', token, 'dev-a', again);
  await write('todo', 'dev-a', 'projects');
  assert.deepEqual(about(await live.next('hint after a repeated push')), hint('todo', 'projects'));
});

test('fifty pushes in a burst: a hint follows the last one, and together they name every table', async () => {
  const live = await listen(token, 'dev-b');
  const tables = Array.from({ length: 50 }, (_, i) => `burst-${String(i).padStart(2, '0')}`);
  for (const table of tables) await write('todo', 'dev-a', table);
  const named = new Set();
  while (named.size < tables.length) (await live.next(`hint; ${named.size} of 50 tables so far`)).tables.forEach((table) => named.add(table));
  assert.deepEqual([...named].sort(), tables);
});

test('a second auth takes over the connection for another person', async () => {
  const other = await newPerson();
  const live = await listen(token, 'dev-b');
  await live.authenticate(other.accessToken, 'dev-b');
  await write('todo', 'dev-a', 'tasks');
  await write('todo', 'dev-a', 'projects', other.accessToken);
  assert.deepEqual(about(await live.next('hint')), hint('todo', 'projects'));
});

test('an invalid token: error, then close 1008', async () => {
  const live = await connect();
  live.send({ type: 'auth', token: token.slice(0, -6) + 'AAAAAA' });
  const { type, tables } = await live.next('error');
  assert.deepEqual({ type, tables }, { type: 'error', tables: ['invalid token'] });
  assert.deepEqual(await live.end(), { code: 1008, reason: 'invalid token' });
});

test('auth without a token: error, and the connection stays open for a better try', async () => {
  const live = await connect();
  live.send({ type: 'auth' });
  const { type, tables } = await live.next('error');
  assert.deepEqual({ type, tables }, { type: 'error', tables: ['missing token'] });
  await live.authenticate(token, 'dev-b');
  await write('todo', 'dev-a', 'tasks');
  assert.deepEqual(about(await live.next('hint')), hint('todo', 'tasks'));
});

test('a message of 32 KiB is read, one of 33 KiB closes with 1009', async () => {
  const live = await listen(token, 'dev-b');
  live.send('x'.repeat(32 * 1024));
  assert.deepEqual(await live.ping(), { type: 'pong' });
  live.send('x'.repeat(33 * 1024));
  assert.equal((await live.end()).code, 1009);
});

test('garbage is ignored', async () => {
  const live = await connect();
  const garbage = ['no json', '', '{"type":', '[]', 'null', '42', '{}', '{"type":7}', '{"type":"subscribe"}', '{"token":"x"}', Buffer.from([0, 255, 1])];
  garbage.forEach((message) => live.send(message));
  assert.deepEqual(await live.ping(), { type: 'pong' });
  await live.authenticate(token, 'dev-b');
  garbage.forEach((message) => live.send(message));
  await write('todo', 'dev-a', 'tasks');
  assert.deepEqual(about(await live.next('hint')), hint('todo', 'tasks'));
});

test('whoever stays silent is shown out after ten seconds', async () => {
  assert.deepEqual(await within('close of a silent socket', silent.closed), { code: 1008, reason: 'auth timeout' });
  const waited = Date.now() - silentSince;
  assert.ok(waited > 9_000, `closed after ${waited} ms`);
  assert.equal(silent.unread, 0);
});
