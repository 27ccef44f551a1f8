// Brings a store together with the server: push what waits, pull what is new, and again whenever there is a reason.
import { table } from '/store.mjs';

const app = 'todo';
const batch = 200;
const epoch = '1970-01-01T00:00:00.000Z';
const slowestRetry = 30_000;

export class Sync {
  #running = null;
  #again = false;
  #failures = 0;
  #retry = null;
  #socket = null;
  #onChange;

  constructor(store, { server, token }, onChange) {
    Object.assign(this, { store, server, token, state: 'idle', connected: false, hints: 0 });
    this.#onChange = onChange;
    addEventListener('online', () => { this.#listen(); this.soon(); });
    addEventListener('offline', () => { this.#socket?.close(); this.#show('offline'); });
  }

  start() {
    this.#listen();
    this.soon();
  }

  /** One round at a time; a reason that comes meanwhile causes another. */
  soon() {
    if (!navigator.onLine) return this.#show('offline');
    this.#again = true;
    this.#running ??= this.#rounds().finally(() => { this.#running = null; });
  }

  async #rounds() {
    clearTimeout(this.#retry);
    this.#show('syncing');
    try {
      while (this.#again) {
        this.#again = false;
        await this.#push();
        await this.#pull();
      }
      this.#failures = 0;
      this.#show('idle');
    } catch (failure) {
      this.#show(navigator.onLine ? `error: ${failure.message}` : 'offline');
      this.#retry = setTimeout(() => this.soon(), Math.random() * Math.min(slowestRetry, 500 * 2 ** this.#failures++));
    }
  }

  async #push() {
    const clientId = await this.store.clientId();
    for (let more = true; more;) {
      const sent = await this.store.pending(batch);
      if (sent.length === 0) return;
      const cursor = await this.store.get('pushed');
      const from = cursor ? { cursor } : { since: epoch };
      const body = JSON.stringify({ clientId, schemaVersion: 1, ...from, changes: sent.map((row) => row.change) });
      const answer = await this.#call(`/sync/${app}`, { method: 'POST', body });
      await this.store.receive(answer.serverChanges, 'pushed', answer.cursor, sent, answer.acks);
      more = answer.hasMore === true || sent.length === batch;
    }
  }

  async #pull() {
    for (let more = true; more;) {
      const cursor = await this.store.get('pulled');
      const from = cursor ? `cursor=${encodeURIComponent(cursor)}` : `since=${epoch}`;
      const answer = await this.#call(`/sync/${app}/pull?collection=${table}&${from}`);
      await this.store.receive(answer.serverChanges, 'pulled', answer.cursor);
      more = answer.hasMore === true;
    }
  }

  async #call(path, options = {}) {
    const headers = { authorization: `Bearer ${this.token}`, 'x-client-id': await this.store.clientId(), 'content-type': 'application/json' };
    const answer = await fetch(new URL(path, this.server), { ...options, headers });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  }

  async #listen() {
    if (this.#socket && this.#socket.readyState <= WebSocket.OPEN) return;
    const socket = new WebSocket(new URL('/ws', this.server.replace(/^http/, 'ws')));
    this.#socket = socket;
    const clientId = await this.store.clientId();
    const authenticate = () => socket.send(JSON.stringify({ type: 'auth', token: this.token, clientId }));
    if (socket.readyState === WebSocket.OPEN) authenticate();
    else socket.onopen = authenticate;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'auth-ok') {
        this.connected = true;
        // What others wrote between the last pull and now was announced to nobody here.
        this.soon();
      }
      if (message.type !== 'sync-available' || message.appId !== app || !message.tables.includes(table)) return;
      this.hints++;
      this.soon();
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.connected = false;
      if (navigator.onLine) setTimeout(() => this.#listen(), 1_000);
    };
  }

  #show(state) {
    this.state = state;
    this.#onChange(state);
  }
}
