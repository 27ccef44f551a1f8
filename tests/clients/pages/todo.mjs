// A task list that works on its own store; the network is somebody else's concern.
import { liveQuery } from '/dexie.mjs';
import { Store } from '/store.mjs';
import { Sync } from '/sync.mjs';

const store = new Store();
const list = document.querySelector('#tasks');
let sync = null;

function row({ id, title, done }) {
  const item = document.createElement('li');
  item.id = id;
  const check = Object.assign(document.createElement('input'), { type: 'checkbox', checked: done === true });
  check.onchange = () => write('update', id, { done: check.checked });
  item.append(check, ` ${title}`);
  return item;
}

liveQuery(() => store.visible()).subscribe((records) => list.replaceChildren(...records.map(row)));

async function write(what, ...args) {
  const at = await store[what](...args);
  sync?.soon();
  return at;
}

document.querySelector('#new').onsubmit = async (event) => {
  event.preventDefault();
  const title = new FormData(event.target).get('title');
  event.target.reset();
  await write('insert', `task-${title.toLowerCase()}`, { title, done: false, notes: '' });
};

function start(session) {
  sync = new Sync(store, session, (state) => { document.querySelector('#status').textContent = state; });
  sync.start();
}

/** What the test drives; an application would call the same from its screens. */
window.todo = {
  async signIn(session) { await store.set('session', session); start(session); },
  insert: (id, values, at) => write('insert', id, values, at),
  update: (id, values, at) => write('update', id, values, at),
  remove: (id, at) => write('remove', id, at),
  records: () => store.visible(),
  pending: async () => (await store.pending()).map((row) => row.change),
  state: () => sync?.state,
  connected: () => sync?.connected,
  hints: () => sync?.hints,
  clientId: () => store.clientId(),
};

const session = await store.get('session');
if (session) start(session);
await navigator.serviceWorker.register('/sw.js');
await navigator.serviceWorker.ready;
document.documentElement.dataset.ready = 'yes';
