// A WebSocket of the npm package ws, with its messages and its end to wait for.
import WebSocket from 'ws';
import { server } from './mana.mjs';
import { Inbox, within } from './within.mjs';

export class LiveSocket {
  #inbox = new Inbox();

  constructor(path, options) {
    const url = new URL(path, server);
    url.protocol = url.protocol.replace('http', 'ws');
    this.socket = new WebSocket(url, options);
    this.opened = within(`open ${path}`, new Promise((resolve, reject) => { this.socket.on('open', resolve); this.socket.on('error', reject); }));
    this.closed = new Promise((resolve) => this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })));
    this.socket.on('message', (data, isBinary) => this.#inbox.put(isBinary ? { binary: data } : JSON.parse(data.toString())));
  }

  static async open(path = '/ws') {
    const live = new LiveSocket(path);
    await live.opened;
    return live;
  }

  /** Opened and told auth-ok. */
  static async signedIn(token, clientId, path = '/ws') {
    const live = await LiveSocket.open(path);
    await live.authenticate(token, clientId);
    return live;
  }

  send(message) { this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)); }

  next(what = 'message') { return this.#inbox.next(what); }

  get unread() { return this.#inbox.size; }

  async authenticate(token, clientId) {
    this.send({ type: 'auth', token, ...(clientId ? { clientId } : {}) });
    const answer = await this.next('answer to auth');
    if (answer.type !== 'auth-ok') throw new Error(`auth: ${JSON.stringify(answer)}`);
  }

  async ping() {
    this.send({ type: 'ping' });
    return this.next('pong');
  }

  end() { return within('close', this.closed); }

  close() { this.socket.terminate(); }
}
