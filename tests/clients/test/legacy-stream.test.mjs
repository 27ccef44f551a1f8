// The stream as the original's clients read it: fetch and a parser by hand (sync.md 8.1, 8.2).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LegacyParser } from '../lib/legacy-sse.mjs';
import { at, call, insert, newPerson, pushed } from '../lib/mana.mjs';
import { perApp } from '../lib/stream.mjs';
import { within } from '../lib/within.mjs';

const changes = (parser) => parser.events.filter((event) => event.name === 'changes');

/** Reads until the parsed events satisfy the caller, who may do something once there was a first event with changes. */
async function read(token, path, clientId, enough, afterFirst = async () => {}) {
  const leave = new AbortController();
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...(clientId ? { 'x-client-id': clientId } : {}) };
  const answer = await within('headers', fetch(at(path), { headers, signal: leave.signal }));
  const parser = new LegacyParser();
  if (answer.status === 200) {
    const reader = answer.body.getReader();
    while (!enough(parser)) {
      const { value, done } = await within('bytes', reader.read());
      assert.ok(!done, 'the stream ended');
      parser.feed(value);
      if (changes(parser).length === 0) continue;
      await afterFirst();
      afterFirst = async () => {};
    }
  }
  leave.abort();
  return { answer, parser };
}

test('exact framing, keys and headers', async () => {
  const { accessToken: token } = await newPerson();
  const title = 'Zeilen\n\nund\r\ndata: {}\n\nevent: closed ☃ \u2028 <b>&</b>';
  await pushed('todo', token, 'dev-a', insert('tasks', 't1', { title }));
  const { answer, parser } = await read(token, perApp('tasks'), 'dev-b', (parser) => changes(parser).length === 2,
    () => pushed('todo', token, 'dev-a', insert('tasks', 't2')));
  assert.match(answer.headers.get('content-type'), /^text\/event-stream\b/);
  assert.match(answer.headers.get('cache-control'), /no-cache/);
  assert.equal(answer.headers.get('x-accel-buffering'), 'no');
  const [backlog, live] = changes(parser).map((event) => event.data);
  for (const key of ['changes', 'hasMore', 'syncedUntil', 'table']) assert.ok(key in backlog, key);
  assert.equal(backlog.table, 'tasks');
  assert.equal(backlog.hasMore, false);
  assert.equal(backlog.changes[0].data.title, title, 'line breaks in values stay inside one data line');
  assert.deepEqual(live.changes.map((change) => change.id), ['t2']);
  assert.ok(live.syncedUntil > backlog.syncedUntil);
  assert.deepEqual(parser.events.filter((event) => !['changes', 'heartbeat'].includes(event.name)), []);
});

test('an empty backlog answers at once', async () => {
  const { accessToken: token } = await newPerson();
  const start = Date.now();
  await read(token, perApp('tasks'), 'dev-b', (parser) => parser.comments.length + parser.events.length > 0);
  assert.ok(Date.now() - start < 5_000, `the first bytes took ${Date.now() - start} ms; the next heartbeat is 30 s away`);
});

test('2,100 rows come in events of at most 1,000, hasMore on all but the last', async () => {
  const { accessToken: token } = await newPerson();
  for (let batch = 0; batch < 7; batch++)
    await pushed('todo', token, 'dev-a', ...Array.from({ length: 300 }, (_, i) => insert('tasks', `t${batch}-${i}`)));
  const { parser } = await read(token, perApp('tasks'), 'dev-b', (parser) => changes(parser).some((event) => !event.data.hasMore));
  const pages = changes(parser).map((event) => event.data);
  assert.equal(new Set(pages.flatMap((page) => page.changes.map((change) => change.id))).size, 2_100);
  assert.deepEqual(pages.map((page) => page.changes.length <= 1_000), pages.map(() => true));
  assert.deepEqual(pages.map((page) => page.hasMore), pages.map((_, i) => i < pages.length - 1));
});

test('without a client id the own changes are streamed too, and since holds', async () => {
  const { accessToken: token } = await newPerson();
  const { syncedUntil } = await pushed('todo', token, 'dev-a', insert('tasks', 'old'));
  await pushed('todo', token, 'dev-a', insert('tasks', 'new'));
  const { parser } = await read(token, perApp('tasks', syncedUntil), undefined, (parser) => changes(parser).length > 0);
  assert.deepEqual(changes(parser)[0].data.changes.map((change) => change.id), ['new']);
});

test('no stream for strangers', async () => {
  for (const path of [perApp('tasks'), '/sync/stream?apps=todo']) {
    const refused = await call(path, { token: 'garbage' });
    assert.equal(refused.status, 401);
    assert.equal(refused.body.error, 'unauthorized');
  }
});
