// Waiting for something that must come: a limit that names what was waited for.
export const patience = 20_000;

export function within(what, promise, limit = patience) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: nothing within ${limit} ms`)), limit); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** What arrives in order, to be taken in order by whoever waits for it. */
export class Inbox {
  #waiting = [];
  #arrived = [];

  get size() { return this.#arrived.length; }

  put(item) {
    const next = this.#waiting.shift();
    if (next) next(item);
    else this.#arrived.push(item);
  }

  next(what) {
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift());
    let taker;
    return within(what, new Promise((resolve) => { taker = resolve; this.#waiting.push(resolve); }))
      .catch((late) => { this.#waiting.splice(this.#waiting.indexOf(taker), 1); throw late; });
  }
}
