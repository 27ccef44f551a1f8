// The smoke scripts of the original (sync.md 25.3), as an unmodified client plays them: no event ids, no cursors, old field names.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { call, newPerson, pull, push, signIn } from '../lib/mana.mjs';

const epoch = '1970-01-01T00:00:00.000Z';
/** Seconds precision, as the script writes it. */
const seconds = (moment = new Date()) => moment.toISOString().slice(0, 19) + 'Z';
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
let person;

before(async () => { person = await newPerson(); });

test('A: push, pull, edit on the other device, delete', async () => {
  const health = await call('/health');
  assert.equal(health.status, 200);
  assert.equal(health.body.status, 'ok');

  const a = person.accessToken;
  const b = (await signIn(person.email)).accessToken;
  const createdAt = seconds(new Date(Date.now() - 60_000));
  const inserted = await push(a, 'dev-a', [{ table: 'tasks', id: 'r1', op: 'insert', data: { id: 'r1', title: 'Milk', completed: false, createdAt, updatedAt: createdAt } }],
    { clientId: 'dev-a', appId: 'todo', since: epoch });
  assert.equal(inserted.status, 200);
  assert.deepEqual(inserted.body.serverChanges, []);
  assert.deepEqual(inserted.body.conflicts, []);
  assert.ok(inserted.body.syncedUntil);

  const found = await pull(b, 'dev-b', epoch);
  assert.equal(found.body.serverChanges.length, 1);
  assert.equal(found.body.serverChanges[0].id, 'r1');
  assert.equal(found.body.serverChanges[0].op, 'insert');
  assert.equal(found.body.serverChanges[0].data.title, 'Milk');
  assert.ok(found.body.syncedUntil);

  const now = seconds();
  const edited = await push(b, 'dev-b', [{ table: 'tasks', id: 'r1', op: 'update', fields: { title: { value: 'Oat milk', updatedAt: now }, completed: { value: true, updatedAt: now } } }],
    { clientId: 'dev-b', since: inserted.body.syncedUntil });
  assert.equal(edited.status, 200);
  assert.ok(edited.body.syncedUntil);

  const seen = await pull(a, 'dev-a', inserted.body.syncedUntil);
  const change = seen.body.serverChanges.find((candidate) => candidate.id === 'r1');
  assert.equal(change.op, 'update');
  assert.deepEqual(change.fields.title, { value: 'Oat milk', at: now });
  assert.deepEqual(change.fields.completed, { value: true, at: now });

  const deleted = await push(a, 'dev-a', [{ table: 'tasks', id: 'r1', op: 'delete' }], { clientId: 'dev-a', since: seen.body.syncedUntil });
  assert.equal(deleted.status, 200);
  assert.ok(deleted.body.syncedUntil);
  const gone = await pull(b, 'dev-b', edited.body.syncedUntil);
  assert.equal(gone.body.serverChanges.at(-1).op, 'delete');
  assert.equal('deletedAt' in gone.body.serverChanges.at(-1), false);

  const anonymous = await push(undefined, 'dev-a', [], { since: '' });
  assert.equal(anonymous.status, 401);
});

test('B: the probe of the support', async () => {
  const probe = { clientId: 'debug-probe', since: '', changes: [] };
  const answer = await call('/sync/todo', { method: 'POST', token: person.accessToken, body: probe });
  assert.equal(answer.status, 200);
  assert.ok(Array.isArray(answer.body.serverChanges));
  assert.equal((await call('/sync/todo', { method: 'POST', token: 'garbage', body: probe })).status, 401);
  assert.equal((await call('/sync/todo', { method: 'POST', token: person.accessToken, body: { ...probe, changes: 'drift' } })).status, 400);
});

test('C: the load script: client id only in the body, since a minute ago', async () => {
  const { accessToken } = await newPerson();
  for (let round = 0; round < 5; round++) {
    const id = `load-${round}`;
    const pushed = await push(accessToken, undefined, [{ table: 'tasks', id, op: 'insert', data: { id, title: `Load ${round}` } }], { clientId: 'load-a', since: ago(1) });
    assert.equal(pushed.status, 200);
    assert.deepEqual(pushed.body.serverChanges, []);
  }
  const other = await pull(accessToken, 'load-b', ago(5));
  assert.deepEqual(other.body.serverChanges.map((change) => change.id), ['load-0', 'load-1', 'load-2', 'load-3', 'load-4']);
  const own = await pull(accessToken, 'load-a', ago(5));
  assert.deepEqual(own.body.serverChanges, []);
});
