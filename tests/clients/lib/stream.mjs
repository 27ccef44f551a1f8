// EventSource of the npm package eventsource: headers are given through its own fetch.
import { EventSource } from 'eventsource';
import { at, epoch } from './mana.mjs';
import { Inbox, within } from './within.mjs';

export class Stream {
  #inbox = new Inbox();
  #opened;
  /** Last-Event-ID of every request that was made. */
  asked = [];

  constructor(path, { token, clientId, base }) {
    this.source = new EventSource(new URL(path, base ?? at('/')), {
      fetch: (input, init) => {
        this.asked.push(init.headers['Last-Event-ID']);
        return fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}`, ...(clientId ? { 'x-client-id': clientId } : {}) } });
      },
    });
    this.#opened = new Promise((resolve) => this.source.addEventListener('open', resolve, { once: true }));
    this.source.addEventListener('changes', (event) => this.#inbox.put({ id: event.lastEventId, ...JSON.parse(event.data) }));
  }

  opened() { return within('open', this.#opened); }

  /** The next event with changes. */
  next(what = 'event') { return this.#inbox.next(what); }

  get unread() { return this.#inbox.size; }

  /** Events until all of these records have come. */
  async until(ids, what = 'records') {
    const [missing, events] = [new Set(ids), []];
    while (missing.size > 0) {
      const event = await this.next(`${what}; ${missing.size} of ${ids.length} are missing`);
      event.changes.forEach((change) => missing.delete(change.id));
      events.push(event);
    }
    return events;
  }

  close() { this.source.close(); }
}

export const perApp = (collections, since = epoch) => `/sync/todo/stream?since=${since}${collections ? `&collections=${collections}` : ''}`;
export const multiplexed = (apps, since = epoch) => `/sync/stream?apps=${apps}&since=${since}`;
