// What every client here shares: where the host is, and one fresh person per test file.
import { randomUUID } from 'node:crypto';

export const server = new URL(process.env.MANA_URL ?? 'http://localhost:3001');
/** BASE_URL of the host; differs from the address when a test starts it on another port. */
export const issuer = process.env.MANA_ISSUER ?? 'http://localhost:3001';
/** A page that the host trusts. */
export const origin = process.env.MANA_ORIGIN ?? 'http://localhost:5173';
export const audience = process.env.MANA_AUDIENCE ?? 'mana';

const password = 'correct-horse-battery-9';
const json = { 'content-type': 'application/json' };

export const at = (path) => new URL(path, server);

export async function call(path, { method = 'GET', token, headers = {}, body } = {}) {
  const answer = await fetch(at(path), {
    method,
    headers: { ...(body === undefined ? {} : json), ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
}

/** Registers and signs in: the login answer plus the address. */
export async function newPerson() {
  const email = `client-${randomUUID()}@example.test`;
  const registered = await call('/api/v1/auth/register', { method: 'POST', body: { email, password } });
  if (registered.status !== 200) throw new Error(`register: ${registered.status}`);
  return { email, ...(await signIn(email)) };
}

export async function signIn(email) {
  const login = await call('/api/v1/auth/login', { method: 'POST', body: { email, password } });
  if (login.status !== 200) throw new Error(`login: ${login.status}`);
  return login.body;
}

export const pushTo = (appId, token, clientId, changes, more = {}) =>
  call(`/sync/${appId}`, { method: 'POST', token, headers: clientId ? { 'x-client-id': clientId } : {}, body: { changes, ...more } });

export const push = (token, clientId, changes, more = {}) => pushTo('todo', token, clientId, changes, more);

export const pullFrom = (appId, token, clientId, since, collection = 'tasks') =>
  call(`/sync/${appId}/pull?collection=${collection}&since=${encodeURIComponent(since)}`, { token, headers: clientId ? { 'x-client-id': clientId } : {} });

export const pull = (token, clientId, since, collection = 'tasks') => pullFrom('todo', token, clientId, since, collection);

export const epoch = '1970-01-01T00:00:00.000Z';

/** An insert as the web client writes it. */
export const insert = (table, id, data = {}) =>
  ({ eventId: randomUUID(), table, id, op: 'insert', data: { id, createdAt: new Date().toISOString(), ...data } });

/** A push that must succeed. */
export async function pushed(appId, token, clientId, ...changes) {
  const answer = await pushTo(appId, token, clientId, changes);
  if (answer.status !== 200) throw new Error(`push: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
