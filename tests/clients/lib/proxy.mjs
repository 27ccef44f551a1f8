// A network between a client and the host that can be cut, or stand still in the middle of an answer.
import { connect, createServer } from 'node:net';
import { server } from './mana.mjs';

export class Proxy {
  #pairs = new Set();
  #left = Infinity;
  #listener;
  connections = 0;

  static async start() {
    const proxy = new Proxy();
    proxy.#listener = createServer((client) => proxy.#join(client));
    await new Promise((resolve) => proxy.#listener.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url() { return `http://localhost:${this.#listener.address().port}`; }

  /** Breaks every connection; new ones are possible, and nothing holds them up. */
  cut() {
    this.#left = Infinity;
    for (const [client, host] of this.#pairs) { client.resetAndDestroy(); host.destroy(); }
    this.#pairs.clear();
  }

  /** Lets so many more bytes of the host's answers through, and then nothing until the next cut. */
  holdAfter(bytes) { this.#left = bytes; }

  async stop() {
    this.cut();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  #join(client) {
    this.connections++;
    const host = connect(Number(server.port || 80), server.hostname);
    const pair = [client, host];
    this.#pairs.add(pair);
    client.pipe(host);
    host.on('data', (bytes) => {
      if (this.#left === 0) return;
      const through = bytes.subarray(0, Math.min(bytes.length, this.#left));
      this.#left -= through.length;
      client.write(through);
    });
    host.on('end', () => client.end());
    for (const socket of pair) {
      socket.on('error', () => pair.forEach((one) => one.destroy()));
      socket.on('close', () => this.#pairs.delete(pair));
    }
  }
}
