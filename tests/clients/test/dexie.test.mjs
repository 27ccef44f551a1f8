// A local-first page on Dexie in headless Chromium: two devices of one person, one of them offline and reloaded, then a third, fresh one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { launch } from '../lib/browser.mjs';
import { epoch, newPerson, pull, server } from '../lib/mana.mjs';
import { Site } from '../lib/site.mjs';
import { patience } from '../lib/within.mjs';

let browser, site;

before(async () => { [site, browser] = await Promise.all([Site.start(), launch()]); });
after(async () => { await browser?.close(); await site?.stop(); });

/** A browser profile of its own: its own IndexedDB, its own client id. */
class Tab {
  static async open(person) {
    const tab = new Tab();
    tab.context = await browser.newContext();
    tab.page = await tab.context.newPage();
    tab.page.setDefaultTimeout(patience);
    tab.errors = [];
    tab.page.on('pageerror', (error) => tab.errors.push(error.message));
    await tab.page.goto(`${site.origin}/todo.html`);
    await tab.ready();
    if (person) await tab.signIn(person);
    return tab;
  }

  /** Until it hears what others do. */
  async signIn(person) {
    await this.do('signIn', { server: server.href, token: person.accessToken });
    await this.page.waitForFunction(() => window.todo.connected());
  }

  ready() { return this.page.waitForSelector('html[data-ready=yes]', { state: 'attached' }); }

  do(what, ...args) { return this.page.evaluate(([name, given]) => window.todo[name](...given), [what, args]); }

  /** What the person sees, by id and without the creation time. */
  async tasks() {
    return Object.fromEntries((await this.do('records')).map(({ id, createdAt, ...rest }) => [id, rest]));
  }

  shown() { return this.page.locator('#tasks li').allTextContents(); }

  /** A moment after this time, so that the next edit is newer. */
  after(at) { return this.page.waitForFunction((at) => new Date().toISOString() > at, at); }

  /** Has sent all of its own, and holds these values: { id: { field: value } }, null for a record that must be gone. */
  async reaches(expected) {
    const holds = async (wanted) => {
      const [records, pending] = [await window.todo.records(), await window.todo.pending()];
      return pending.length === 0 && Object.entries(wanted).every(([id, fields]) => {
        const record = records.find((one) => one.id === id);
        return fields === null ? !record : record && Object.entries(fields).every(([name, value]) => record[name] === value);
      });
    };
    // By hand: waitForFunction takes the promise of an asynchronous predicate for a yes.
    for (const deadline = Date.now() + patience; !(await this.page.evaluate(holds, expected)); await setTimeout(50))
      if (Date.now() > deadline)
        throw new Error(`expected ${JSON.stringify(expected)}, holds ${JSON.stringify(await this.tasks())}; pending ${(await this.do('pending')).length}, ${await this.do('state')}`);
  }
}

const task = (title, done = false, notes = '') => ({ title, done, notes });

test('offline, reloaded, edited on both sides: all devices end with the same fields', async () => {
  const person = await newPerson();
  const [a, b] = [await Tab.open(person), await Tab.open(person)];
  for (const title of ['Milk', 'Bread', 'Eggs', 'Tea', 'Jam']) {
    await a.page.fill('#new input', title);
    await a.page.click('#new button');
  }
  const created = { 'task-milk': task('Milk'), 'task-bread': task('Bread'), 'task-eggs': task('Eggs'), 'task-tea': task('Tea'), 'task-jam': task('Jam') };
  await a.reaches(created);
  await b.reaches(created);
  await b.page.waitForFunction(() => window.todo.hints() > 0);
  assert.equal(await a.do('hints'), 0, 'a was not told of its own changes');

  await a.context.setOffline(true);
  const tea = await a.do('update', 'task-tea', { title: 'Green tea' });
  await a.do('update', 'task-milk', { title: 'Oat milk' });
  await a.page.click('#task-bread input');
  await a.do('insert', 'task-coffee', task('Coffee'));
  await a.do('remove', 'task-eggs');

  const served = site.requests.length;
  const reloaded = await a.page.reload();
  await a.ready();
  assert.ok(reloaded.fromServiceWorker(), 'the page came from the service worker');
  assert.equal(site.requests.length, served, 'the site was not asked');
  assert.equal((await a.do('pending')).length, 5, 'what waited still waits after the reload');
  await a.page.waitForFunction(() => document.querySelectorAll('#tasks li').length === 5);
  assert.deepEqual((await a.shown()).map((text) => text.trim()).sort(), ['Bread', 'Coffee', 'Green tea', 'Jam', 'Oat milk']);

  await b.after(tea);
  await b.do('update', 'task-tea', { title: 'Black tea' });
  await b.do('update', 'task-milk', { done: true });
  const notes = await b.do('update', 'task-bread', { title: 'Rye bread', notes: 'b, earlier' });
  await b.do('update', 'task-eggs', { title: 'Brown eggs' });
  const tie = await b.do('update', 'task-jam', { title: 'jam of b' });
  await b.reaches({ 'task-jam': { title: 'jam of b' } });
  await a.after(notes);
  await a.do('update', 'task-bread', { notes: 'a, later' });
  await a.do('update', 'task-jam', { title: 'jam of a' }, tie);
  assert.equal((await a.tasks())['task-bread'].title, 'Bread', 'a knows nothing of b yet');

  await a.context.setOffline(false);
  const merged = {
    'task-milk': task('Oat milk', true), // Different fields of one record: both stay.
    'task-bread': task('Rye bread', true, 'a, later'), // The later edit of a field wins, though it arrived later too.
    'task-tea': task('Black tea'), // An earlier edit that arrives later loses.
    'task-jam': task('jam of a'), // At the same time: the one accepted later wins.
    'task-coffee': task('Coffee'),
  };
  await a.reaches({ ...merged, 'task-eggs': null }); // An edit does not revive what another device has deleted.
  await b.reaches({ ...merged, 'task-eggs': null });
  const c = await Tab.open(person);
  await c.reaches({ ...merged, 'task-eggs': null });
  for (const tab of [a, b, c]) {
    assert.deepEqual(await tab.tasks(), merged);
    assert.deepEqual(tab.errors, []);
  }
  assert.equal(new Set([await a.do('clientId'), await b.do('clientId'), await c.do('clientId')]).size, 3);
});

test('an answer that never arrives: the change is pushed again and stored once', async () => {
  const person = await newPerson();
  const [a, b] = [await Tab.open(person), await Tab.open(person)];
  const sent = [];
  await a.page.route('**/sync/todo', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    sent.push(...route.request().postDataJSON().changes.map((change) => change.eventId));
    if (sent.length > 1) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await a.do('insert', 't1', task('once'));
  await b.reaches({ t1: task('once') });
  await a.reaches({ t1: task('once') });
  assert.equal(sent.length, 2, 'the first answer was lost');
  assert.ok(sent[0]);
  assert.equal(sent[0], sent[1]);
  const { body } = await pull(person.accessToken, undefined, epoch);
  assert.deepEqual(body.serverChanges.map((change) => change.eventId), [sent[0]]);
});

test('written before there was an account, kept through a reload, and sent after signing in', async () => {
  const person = await newPerson();
  const guest = await Tab.open();
  await guest.do('insert', 't1', task('written as a guest'));
  await guest.page.reload();
  await guest.ready();
  assert.equal((await guest.do('pending')).length, 1);
  await guest.signIn(person);
  const other = await Tab.open(person);
  await other.reaches({ t1: task('written as a guest') });
  await guest.reaches({ t1: task('written as a guest') });
});
