// The way of an app that finds its browser signed in already: cookie, then tokens; judged by jose, revoked, and judged again.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { at, audience, call, issuer, newPerson, origin } from '../lib/mana.mjs';

const keys = createRemoteJWKSet(at('/api/auth/jwks'));
const options = { issuer, audience, algorithms: ['EdDSA'], typ: 'at+jwt' };
const validate = async (token) => (await call('/api/v1/auth/validate', { method: 'POST', body: { token } })).body;
let person;
let cookie;

before(async () => {
  person = await newPerson();
  const login = await fetch(at('/api/v1/auth/login'), {
    method: 'POST', headers: { 'content-type': 'application/json', origin }, body: JSON.stringify({ email: person.email, password: 'correct-horse-battery-9' }),
  });
  cookie = login.headers.getSetCookie().map((text) => text.split(';')[0]).find((text) => text.includes('mana.session_token='));
});

test('the cookie is token.signature, escaped: HMAC-SHA-256 in base64', () => {
  const [token, signature] = decodeURIComponent(cookie.split('=')[1]).split('.');
  assert.match(token, /^[A-Za-z0-9]{32}$/);
  assert.equal(Buffer.from(signature, 'base64').length, 32);
  if (process.env.BETTER_AUTH_SECRET)
    assert.equal(signature, createHmac('sha256', process.env.BETTER_AUTH_SECRET).update(token).digest('base64'));
});

test('session-to-token gives a token that jose and /validate judge alike', async () => {
  const shown = await call('/api/auth/get-session', { headers: { cookie, origin } });
  assert.equal(shown.body.user.id, person.user.id);
  const sso = await call('/api/v1/auth/session-to-token', { method: 'POST', headers: { cookie, origin } });
  assert.equal(sso.status, 200);
  const { payload } = await jwtVerify(sso.body.accessToken, keys, options);
  assert.equal(payload.sid, shown.body.session.id);
  assert.deepEqual(await validate(sso.body.accessToken), { valid: true, payload });
  for (const one of [shown.headers.get('set-auth-jwt'), (await call('/api/auth/token', { headers: { cookie } })).body.token])
    assert.equal((await jwtVerify(one, keys, options)).payload.sub, person.user.id);
});

test('a stranger\'s page gets nothing for the same cookie', async () => {
  const refused = await call('/api/v1/auth/session-to-token', { method: 'POST', headers: { cookie, origin: 'https://evil.example' } });
  assert.deepEqual([refused.status, refused.body.code], [403, 'INVALID_ORIGIN']);
  const silent = await call('/api/v1/auth/session-to-token', { method: 'POST', headers: { cookie } });
  assert.deepEqual([silent.status, silent.body.code], [403, 'MISSING_OR_NULL_ORIGIN']);
});

test('after signing out, jose still verifies the signature but the server no longer accepts the token', async () => {
  const { body } = await call('/api/v1/auth/session-to-token', { method: 'POST', headers: { cookie, origin } });
  assert.deepEqual((await call('/api/auth/sign-out', { method: 'POST', headers: { cookie, origin } })).body, { success: true });
  await jwtVerify(body.accessToken, keys, options);
  assert.deepEqual(await validate(body.accessToken), { valid: false });
  assert.equal((await call('/api/auth/get-session', { headers: { cookie, origin } })).body, null);
  const late = await call('/api/v1/auth/refresh', { method: 'POST', body: { refreshToken: body.refreshToken } });
  assert.deepEqual([late.status, late.body.message], [401, 'Invalid refresh token']);
});
