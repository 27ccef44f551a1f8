// The platform's own API with tokens that are bound to a key (RFC 9449): proofs made by oauth4webapi and by jose.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import test from 'node:test';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import WebSocket from 'ws';
import { at, call, issuer, newPerson } from '../lib/mana.mjs';

const password = 'correct-horse-battery-9';
const client = { client_id: 'mana-web' };

/** What jose makes of a key pair: a proof for one request. */
async function prover(alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const prove = (htm, path, token) => new SignJWT({ htm, htu: issuer + path, ...(token ? { ath: createHash('sha256').update(token).digest('base64url') } : {}) })
    .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk }).setJti(randomUUID()).setIssuedAt().sign(privateKey);
  return { privateKey, publicKey, prove, thumbprint: await calculateJwkThumbprint(jwk) };
}

const signIn = async (email, key) => call('/api/v1/auth/login', { method: 'POST', headers: { DPoP: await key.prove('POST', '/api/v1/auth/login') }, body: { email, password } });

for (const alg of ['ES256', 'EdDSA', 'RS256'])
  test(`${alg}: signed in with a proof, the token opens the API with its key and nothing else`, async () => {
    const { email } = await newPerson();
    const key = await prover(alg);
    const login = await signIn(email, key);
    assert.equal(login.status, 200, JSON.stringify(login.body));
    assert.equal(login.body.tokenType, 'DPoP');
    assert.equal(decodeJwt(login.body.accessToken).cnf.jkt, key.thumbprint);
    const ask = async (scheme, by) => call('/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00.000Z', {
      headers: { authorization: `${scheme} ${login.body.accessToken}`, ...(by ? { DPoP: await by.prove('GET', '/sync/todo/pull', login.body.accessToken) } : {}) },
    });
    assert.equal((await ask('DPoP', key)).status, 200);
    const stolen = await ask('Bearer');
    assert.equal(stolen.status, 401);
    assert.match(stolen.headers.get('www-authenticate'), /^DPoP .*error="invalid_token".*algs="/);
    assert.equal((await ask('DPoP', await prover(alg))).status, 401);
  });

test('oauth4webapi proves itself at a resource of the platform', async () => {
  const { email } = await newPerson();
  const key = await prover();
  const { accessToken } = (await signIn(email, key)).body;
  const handle = oauth.DPoP(client, { privateKey: key.privateKey, publicKey: key.publicKey });
  const answer = await oauth.protectedResourceRequest(accessToken, 'GET', at('/api/v1/auth/sessions'), undefined, undefined, { DPoP: handle, [oauth.allowInsecureRequests]: true });
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).length, 2);
});

test('the address of a proof is the one that was sent, with its slash and its escapes', async () => {
  const { email } = await newPerson();
  const key = await prover();
  const { accessToken } = (await signIn(email, key)).body;
  for (const path of ['/api/v1/me/onboarding/', '/sync/my%2eapp/history?table=t&id=1', '/sync/a%3ab/history?table=t&id=1']) {
    const answer = await call(path, { headers: { authorization: `DPoP ${accessToken}`, DPoP: await key.prove('GET', path.split('?')[0], accessToken) } });
    assert.notEqual(answer.status, 401, path);
  }
});

test('refreshing needs the key, and a socket the proof', async () => {
  const { email } = await newPerson();
  const key = await prover();
  const login = (await signIn(email, key)).body;
  const refresh = async (by) => call('/api/v1/auth/refresh', { method: 'POST', headers: by ? { DPoP: await by.prove('POST', '/api/v1/auth/refresh') } : {}, body: { refreshToken: login.refreshToken } });
  for (const by of [undefined, await prover()]) {
    const refused = await refresh(by);
    assert.equal(refused.status, 400);
    assert.equal(refused.body.error, 'INVALID_DPOP_PROOF');
  }
  const { accessToken } = (await refresh(key)).body;
  const hello = async (proof) => {
    const socket = new WebSocket(at('/ws').href.replace('http', 'ws'));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const answer = new Promise((resolve) => socket.once('message', (text) => resolve(JSON.parse(text))));
    socket.send(JSON.stringify({ type: 'auth', token: accessToken, proof }));
    const { type } = await answer;
    socket.close();
    return type;
  };
  assert.notEqual(await hello(), 'auth-ok');
  assert.equal(await hello(await key.prove('GET', '/ws', accessToken)), 'auth-ok');
});
