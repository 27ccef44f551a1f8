// Serves pages/ and Dexie from node_modules, on an origin that the host trusts in Development.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const ports = [5173, 5188];
const types = { html: 'text/html; charset=utf-8', mjs: 'text/javascript; charset=utf-8', js: 'text/javascript; charset=utf-8' };
const file = (name) => fileURLToPath(new URL(name === 'dexie.mjs' ? '../node_modules/dexie/dist/dexie.mjs' : `../pages/${name}`, import.meta.url));

export class Site {
  /** Paths that were asked for. */
  requests = [];
  #listener = createServer((request, response) => this.#serve(request, response));

  static async start() {
    const site = new Site();
    for (const port of ports)
      if (await site.#listen(port)) {
        site.origin = `http://localhost:${port}`;
        return site;
      }
    throw new Error(`ports ${ports.join(' and ')} are taken; the host trusts no other origins`);
  }

  stop() {
    this.#listener.closeAllConnections();
    return new Promise((resolve) => this.#listener.close(resolve));
  }

  #listen(port) {
    return new Promise((resolve) => {
      this.#listener.once('error', () => resolve(false));
      this.#listener.listen(port, 'localhost', () => { this.#listener.removeAllListeners('error'); resolve(true); });
    });
  }

  async #serve(request, response) {
    const name = new URL(request.url, this.origin).pathname.slice(1);
    this.requests.push(name);
    try {
      if (!/^[\w-]+\.\w+$/.test(name)) throw new Error('no such page');
      const body = await readFile(file(name));
      response.writeHead(200, { 'content-type': types[name.split('.').pop()], 'cache-control': 'no-store' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }
}
