// A relying party that wants to know when a session ends: it takes the logout token and lets jose judge it, as Back-Channel Logout 2.6 has it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { at } from '../lib/mana.mjs';
import { Browser, bye, callback, issuerUrl, register } from '../lib/oidc.mjs';
import { Inbox } from '../lib/within.mjs';

const backChannelEvent = 'http://schemas.openid.net/event/backchannel-logout';
const keys = createRemoteJWKSet(at('/api/auth/jwks'));
let receiver;
let inboxes;
let answers;
let first;
let second;

/** One receiver for all clients; the path says which of them is told. */
before(async () => {
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    inboxes[request.url].put({ method: request.method, type: request.headers['content-type'], cookie: request.headers.cookie, form: new URLSearchParams(body) });
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  first = await relyingParty('/first', 'RS256');
  second = await relyingParty('/second', 'EdDSA');
});

after(() => { receiver.closeAllConnections(); receiver.close(); });

beforeEach(() => { inboxes = { '/first': new Inbox(), '/second': new Inbox() }; answers = []; });

async function relyingParty(path, algorithm) {
  const metadata = await register({ backchannel_logout_uri: `http://127.0.0.1:${receiver.address().port}${path}`, id_token_signed_response_alg: algorithm });
  const config = await client.discovery(issuerUrl, metadata.client_id, { id_token_signed_response_alg: algorithm }, client.ClientSecretBasic(metadata.client_secret), { execute: [client.allowInsecureRequests] });
  return { path, algorithm, id: metadata.client_id, config };
}

async function signIn(party, browser) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const back = await browser.open(client.buildAuthorizationUrl(party.config, {
    redirect_uri: callback, scope: 'openid offline_access', state: expectedState, nonce: expectedNonce, code_challenge_method: 'S256', code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  }));
  return client.authorizationCodeGrant(party.config, back, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true });
}

/** The checks of Back-Channel Logout 2.6, in its order; jose does those of the signature and of the claims that every token has. */
async function judged(party, told) {
  assert.deepEqual([told.method, told.type, told.cookie, [...told.form.keys()]], ['POST', 'application/x-www-form-urlencoded', undefined, ['logout_token']]);
  const { payload, protectedHeader } = await jwtVerify(told.form.get('logout_token'), keys, {
    issuer: party.config.serverMetadata().issuer, audience: party.id, typ: 'logout+jwt', algorithms: [party.algorithm], maxTokenAge: '2m', requiredClaims: ['iss', 'aud', 'iat', 'exp', 'jti', 'events', 'sub', 'sid'],
  });
  assert.equal(protectedHeader.typ, 'logout+jwt');
  assert.deepEqual(payload.events, { [backChannelEvent]: {} });
  assert.ok(!('nonce' in payload), 'a logout token with a nonce could pass for an id_token');
  return payload;
}

const told = async (party) => judged(party, await inboxes[party.path].next(`a logout token at ${party.path}`));

test('both clients of a session are told, each by a token of its own that jose accepts and that is no id_token', async () => {
  const [here, elsewhere] = [await Browser.newPerson(), await Browser.newPerson()];
  const [one, two] = [await signIn(first, here), await signIn(second, here)];
  const other = await signIn(first, elsewhere);
  await here.open(client.buildEndSessionUrl(first.config, { id_token_hint: one.id_token, post_logout_redirect_uri: bye }));

  const [toFirst, toSecond] = await Promise.all([inboxes['/first'].next('a logout token at the first client'), inboxes['/second'].next('a logout token at the second client')]);
  const [atFirst, atSecond] = [await judged(first, toFirst), await judged(second, toSecond)];
  assert.deepEqual([atFirst.sub, atFirst.sid], [one.claims().sub, one.claims().sid]);
  assert.deepEqual([atSecond.sub, atSecond.sid], [two.claims().sub, two.claims().sid]);
  assert.notEqual(atFirst.jti, atSecond.jti);
  // Not one of these can be used for another purpose, or by another client.
  await assert.rejects(jwtVerify(toFirst.form.get('logout_token'), keys, { typ: 'JWT' }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
  await assert.rejects(jwtVerify(toFirst.form.get('logout_token'), keys, { audience: second.id }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
  await assert.rejects(jwtVerify(one.id_token, keys, { typ: 'logout+jwt' }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
  await assert.rejects(client.refreshTokenGrant(first.config, one.refresh_token), { error: 'invalid_grant' });
  // Whose session goes on is not spoken of, and keeps its tokens.
  assert.ok((await client.refreshTokenGrant(first.config, other.refresh_token)).access_token);
  assert.equal(inboxes['/first'].size, 0);
});

test('a client that was away is told again, with the same jti', async () => {
  const browser = await Browser.newPerson();
  const tokens = await signIn(first, browser);
  answers = [503];
  await browser.open(client.buildEndSessionUrl(first.config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye }));
  const [failed, again] = [await told(first), await told(first)];
  assert.deepEqual([again.jti, again.sid], [failed.jti, tokens.claims().sid]);
});

test('a browser that signs out here, without any client, ends it for the clients too', async () => {
  const browser = await Browser.newPerson();
  const tokens = await signIn(second, browser);
  await assert.rejects(browser.open(at('/logout')), /You are signed out/);
  assert.equal((await told(second)).sid, tokens.claims().sid);
});
