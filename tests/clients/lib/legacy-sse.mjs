// The stream parser of the original's clients, strict about what they are strict about: `event: ` and `data: ` with exactly one space,
// the event's name before its only data line. Comments and the fields of the standard that they ignore are kept aside.
export class LegacyParser {
  #decoder = new TextDecoder('utf-8', { fatal: true });
  #rest = '';
  #block = [];
  events = [];
  comments = [];

  feed(bytes) {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop();
    lines.forEach((line) => this.#line(line));
  }

  #line(line) {
    if (line.includes('\r')) throw new Error(`carriage return in ${JSON.stringify(line)}`);
    if (line !== '') { this.#block.push(line); return; }
    const block = this.#block;
    this.#block = [];
    const rest = [];
    let name, data;
    for (const line of block)
      if (line.startsWith(':')) this.comments.push(line);
      else if (line.startsWith('event: ') && name === undefined && data === undefined) name = line.slice('event: '.length);
      else if (line.startsWith('data: ') && name !== undefined && data === undefined) data = line.slice('data: '.length);
      else if (/^(id|retry): \S+$/.test(line)) rest.push(line);
      else throw new Error(`a legacy client would not understand ${JSON.stringify(line)}`);
    if (name === undefined && data === undefined) return;
    if (data === undefined) throw new Error(`event ${name} has no data`);
    this.events.push({ name, data: JSON.parse(data), rest });
  }
}
