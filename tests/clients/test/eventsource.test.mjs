// Streams of changes (sync.md 8) as the npm package eventsource hears them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { epoch, insert, newPerson, pullFrom, pushed } from '../lib/mana.mjs';
import { Proxy } from '../lib/proxy.mjs';
import { Stream, multiplexed, perApp } from '../lib/stream.mjs';

const streams = [];
let proxy;

const listen = (path, options) => { const stream = new Stream(path, options); streams.push(stream); return stream; };
const ids = (events) => events.flatMap((event) => event.changes.map((change) => change.id));
const many = (table, count, prefix) => Array.from({ length: count }, (_, i) => insert(table, `${prefix}-${String(i).padStart(4, '0')}`));

/** Stores in the batches that a push may have. */
async function store(appId, token, clientId, changes) {
  for (let from = 0; from < changes.length; from += 500) await pushed(appId, token, clientId, ...changes.slice(from, from + 500));
  return changes.map((change) => change.id);
}

before(async () => { proxy = await Proxy.start(); });
after(async () => { streams.forEach((stream) => stream.close()); await proxy.stop(); });

test('one app: the backlog of each collection, then what happens', async () => {
  const { accessToken: token } = await newPerson();
  await pushed('todo', token, 'dev-a', insert('tasks', 't1', { title: 'Milk' }), insert('projects', 'p1'), insert('tasks', 't2'), insert('labels', 'l1'));
  const stream = listen(perApp('tasks,projects'), { token, clientId: 'dev-b' });
  const backlog = await stream.until(['t1', 't2', 'p1'], 'backlog');
  assert.deepEqual(backlog.map((event) => event.table).sort(), ['projects', 'tasks']);
  for (const event of backlog) {
    const pulled = await pullFrom('todo', token, 'dev-b', epoch, event.table);
    assert.deepEqual(event.changes, pulled.body.serverChanges, 'a change looks as in a pull');
    assert.equal(event.hasMore, false);
    assert.match(event.syncedUntil, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  }
  assert.ok(backlog.at(-1).id, 'the backlog ends with an id to resume from');

  await pushed('todo', token, 'dev-a', insert('tasks', 't3'));
  const live = await stream.next('live event');
  assert.deepEqual([live.table, ids([live])], ['tasks', ['t3']]);
});

test('only the listed collections, and nothing that the same device wrote', async () => {
  const { accessToken: token } = await newPerson();
  const stream = listen(perApp('tasks'), { token, clientId: 'dev-b' });
  await stream.opened();
  await pushed('todo', token, 'dev-a', insert('projects', 'p1'));
  await pushed('calendar', token, 'dev-a', insert('tasks', 'other-app'));
  await pushed('todo', token, 'dev-a', insert('tasks', 't1'));
  assert.deepEqual(ids([await stream.next('first event')]), ['t1']);
  await pushed('todo', token, 'dev-b', insert('tasks', 'own'));
  await pushed('todo', token, 'dev-a', insert('tasks', 't2'));
  assert.deepEqual(ids([await stream.next('second event')]), ['t2']);
});

test('without collections: all of the app', async () => {
  const { accessToken: token } = await newPerson();
  await pushed('todo', token, 'dev-a', insert('tasks', 't1'), insert('projects', 'p1'));
  const stream = listen(perApp(), { token, clientId: 'dev-b' });
  await stream.until(['t1', 'p1'], 'backlog');
  await pushed('todo', token, 'dev-a', insert('labels', 'l1'));
  assert.equal((await stream.next('live event')).table, 'labels');
});

test('several apps on one stream, each event with its app', async () => {
  const { accessToken: token } = await newPerson();
  await pushed('todo', token, 'dev-a', insert('tasks', 't1'));
  await pushed('contacts', token, 'dev-a', insert('people', 'c1'));
  await pushed('calendar', token, 'dev-a', insert('events', 'e1'));
  const stream = listen(multiplexed('todo,calendar'), { token, clientId: 'dev-b' });
  const backlog = await stream.until(['t1', 'e1'], 'backlog');
  assert.deepEqual(backlog.map(({ appId, table }) => `${appId}/${table}`).sort(), ['calendar/events', 'todo/tasks']);

  await pushed('contacts', token, 'dev-a', insert('people', 'c2'));
  await pushed('calendar', token, 'dev-a', insert('events', 'e2'));
  const first = await stream.next('live event of calendar');
  assert.deepEqual([first.appId, first.table, ids([first])], ['calendar', 'events', ['e2']]);
  await pushed('todo', token, 'dev-a', insert('tasks', 't2'));
  const second = await stream.next('live event of todo');
  assert.deepEqual([second.appId, second.table, ids([second])], ['todo', 'tasks', ['t2']]);
});

for (const [name, path, apps] of [['one app', perApp('tasks'), ['todo']], ['several apps', multiplexed('todo,calendar'), ['todo', 'calendar']]])
  test(`${name}: after a break it goes on where it was, without a gap and without a replay`, async () => {
    const { accessToken: token } = await newPerson();
    const stream = listen(path, { token, clientId: 'dev-b', base: proxy.url });
    await stream.opened();
    for (const app of apps) await pushed(app, token, 'dev-a', insert('tasks', `before-${app}`));
    await stream.until(apps.map((app) => `before-${app}`), 'before the break');
    const requests = stream.asked.length;
    proxy.cut();
    const missed = apps.map((app) => `missed-${app}`);
    for (const app of apps) await pushed(app, token, 'dev-a', insert('tasks', `missed-${app}`));
    const caughtUp = ids(await stream.until(missed, 'written during the break'));
    assert.ok(stream.asked.length > requests, 'it asked again');
    assert.ok(stream.asked.at(-1), 'with Last-Event-ID');
    assert.deepEqual(caughtUp.sort(), missed.sort());
    for (const app of apps) await pushed(app, token, 'dev-a', insert('tasks', `after-${app}`));
    assert.deepEqual(ids(await stream.until(apps.map((app) => `after-${app}`), 'after the break')).sort(), apps.map((app) => `after-${app}`).sort());
  });

test('a break in the middle of a long backlog loses nothing', async () => {
  const { accessToken: token } = await newPerson();
  const expected = await store('todo', token, 'dev-a', [...many('tasks', 2_500, 't'), ...many('projects', 1_200, 'p')]);
  proxy.holdAfter(400_000);
  const stream = listen(perApp('tasks,projects'), { token, clientId: 'dev-b', base: proxy.url });
  const events = [];
  do events.push(await stream.next('an event with an id')); while (!events.at(-1).id);
  assert.ok(ids(events).length < expected.length, 'the rest is still on its way');
  proxy.cut();
  events.push(...await stream.until(expected.filter((id) => !ids(events).includes(id)), 'the rest of the backlog'));
  assert.ok(stream.asked.at(-1), 'it resumed with Last-Event-ID');
  assert.equal(new Set(ids(events)).size, expected.length);
  for (const event of events) assert.ok(event.changes.length <= 1_000, `${event.changes.length} changes in one event`);
  // What had come without an id of its own may come again.
  const delivered = ids(events).length;
  assert.ok(delivered < expected.length + 1_000, `${delivered} changes were delivered for ${expected.length}: it began again`);
});
