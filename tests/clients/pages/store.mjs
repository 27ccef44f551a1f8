// Everything this device knows, in IndexedDB: records, changes that wait, and where it is. An edit and its pending change are one transaction.
import Dexie from '/dexie.mjs';
import { applied, edited, isLive, visible } from '/merge.mjs';

export const table = 'tasks';

export class Store {
  constructor() {
    this.db = new Dexie('mana');
    this.db.version(1).stores({ tasks: 'id', pending: '++order', meta: 'key' });
  }

  get(key) { return this.db.meta.get(key).then((row) => row?.value); }

  set(key, value) { return this.db.meta.put({ key, value }); }

  /** Made once per browser profile. */
  clientId() {
    return this.db.transaction('rw', this.db.meta, async () => {
      const known = await this.get('clientId');
      if (known) return known;
      const made = crypto.randomUUID();
      await this.set('clientId', made);
      return made;
    });
  }

  async visible() {
    const records = await this.db.tasks.toArray();
    return records.filter(isLive).map(visible);
  }

  pending(limit = Infinity) { return this.db.pending.orderBy('order').limit(limit).toArray(); }

  insert(id, values, at = now()) {
    return this.#write(id, { ...values, createdAt: at }, at, { op: 'insert', data: { id, ...values, createdAt: at } });
  }

  update(id, values, at = now()) {
    const fields = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, at }]));
    return this.#write(id, values, at, { op: 'update', fields });
  }

  remove(id, at = now()) { return this.#write(id, { deletedAt: at }, at, { op: 'delete', deletedAt: at }); }

  /** A page from the server and the position behind it: both or neither. */
  receive(changes, cursorName, cursor, sent = [], acks = []) {
    return this.db.transaction('rw', this.db.tasks, this.db.pending, this.db.meta, async () => {
      await this.db.pending.bulkDelete(sent.map((row) => row.order));
      for (const ack of acks) if (ack.at) await this.#setBack(sent[ack.index].change, ack.at);
      for (const change of changes) {
        if (change.table !== table) continue;
        const next = applied(await this.db.tasks.get(change.id), change);
        if (next === null) await this.db.tasks.delete(change.id);
        else if (next) await this.db.tasks.put(next);
      }
      await this.set(cursorName, cursor);
    });
  }

  async #write(id, values, at, change) {
    await this.db.transaction('rw', this.db.tasks, this.db.pending, async () => {
      await this.db.tasks.put(edited((await this.db.tasks.get(id)) ?? { id, fields: {} }, values, at));
      await this.db.pending.add({ change: { eventId: crypto.randomUUID(), schemaVersion: 1, table, id, ...change } });
    });
    return at;
  }

  /** The server found this device's clock ahead and says what time it took instead. */
  async #setBack(change, at) {
    const record = await this.db.tasks.get(change.id);
    if (!record) return;
    const sent = { ...change.fields, ...(change.deletedAt ? { deletedAt: { at: change.deletedAt } } : {}) };
    for (const name of Object.keys(change.data ?? {})) sent[name] = { at: change.data.createdAt };
    for (const [name, version] of Object.entries(sent))
      if (record.fields[name]?.at === version.at) record.fields[name] = { value: name === 'deletedAt' ? at : record.fields[name].value, at };
    await this.db.tasks.put(record);
  }
}

const now = () => new Date().toISOString();
