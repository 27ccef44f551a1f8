// A resource server of somebody else: openid-client asks about tokens that other clients present to it. And a client that publishes its keys.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import * as client from 'openid-client';
import { inDatabase } from '../lib/database.mjs';
import { call, newPerson, signIn } from '../lib/mana.mjs';
import { Browser, callback, issuerUrl, register } from '../lib/oidc.mjs';

const insecure = { execute: [client.allowInsecureRequests] };
const clients = '/api/v1/admin/oauth/clients';
const scope = `notes:${process.pid}`;
const none = { active: false };
let admin;
let notes;

async function administer(method, path, body) {
  const answer = await call(path, { method, token: admin, body });
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const configured = ({ client: { clientId }, clientSecret }) => client.discovery(issuerUrl, clientId, clientSecret, undefined, insecure);

before(async () => {
  const person = await newPerson();
  inDatabase(`UPDATE auth.users SET role = 'admin' WHERE email = '${person.email}'`);
  admin = (await signIn(person.email)).accessToken;
  notes = await configured(await administer('POST', clients, { name: 'Notes', grantTypes: [], resourceScopes: [scope] }));
});

test('a resource server that an administrator named sees tokens for its scopes, and nothing else of anybody', async () => {
  const app = await configured(await administer('POST', clients, {
    name: 'App', redirectUris: [callback], grantTypes: ['authorization_code', 'refresh_token'], allowedScopes: ['openid', 'email', 'offline_access', scope],
  }));
  const browser = await Browser.newPerson();
  const tokens = async (wanted) => {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const back = await browser.open(client.buildAuthorizationUrl(app, { redirect_uri: callback, scope: wanted, code_challenge_method: 'S256', code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier) }));
    return client.authorizationCodeGrant(app, back, { pkceCodeVerifier });
  };
  const meant = await tokens(`openid email offline_access ${scope}`);
  const seen = await client.tokenIntrospection(notes, meant.access_token);
  assert.deepEqual([seen.active, seen.scope, seen.client_id, seen.sub, seen.aud], [true, scope, app.clientMetadata().client_id, meant.claims().sub, notes.clientMetadata().client_id]);
  assert.ok(!('username' in seen) && !('sid' in seen));
  for (const token of [meant.refresh_token, meant.id_token, (await tokens('openid email')).access_token, browser.person.accessToken])
    assert.deepEqual({ ...(await client.tokenIntrospection(notes, token)) }, none);

  const stranger = await register();
  const asks = await client.discovery(issuerUrl, stranger.client_id, stranger.client_secret, undefined, insecure);
  assert.deepEqual({ ...(await client.tokenIntrospection(asks, meant.access_token)) }, none);
  await assert.rejects(register({ grant_types: ['client_credentials'], redirect_uris: [], scope }), /belongs to a resource server/);
  await client.tokenRevocation(app, meant.refresh_token);
  assert.deepEqual({ ...(await client.tokenIntrospection(notes, meant.access_token)) }, none);
});

test('a client proves itself by a key that it publishes', async () => {
  const [current, next] = [await generateKeyPair('ES256', { extractable: true }), await generateKeyPair('Ed25519', { extractable: true })];
  const keys = await Promise.all([current, next].map(async ({ publicKey }, index) => {
    const jwk = await exportJWK(publicKey);
    return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: 'sig', alg: ['ES256', 'EdDSA'][index] };
  }));
  let calls = 0;
  const site = createServer((request, response) => {
    calls++;
    response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify({ keys }));
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  after(() => { site.closeAllConnections(); site.close(); });
  const service = await register({
    redirect_uris: [], post_logout_redirect_uris: [], grant_types: ['client_credentials'], scope: 'reports:read', token_endpoint_auth_method: 'private_key_jwt', jwks_uri: `http://127.0.0.1:${site.address().port}/keys`,
  });
  assert.ok(service.jwks_uri && !service.jwks && !service.client_secret);
  for (const [index, { privateKey }] of [current, next].entries()) {
    const as = await client.discovery(issuerUrl, service.client_id, undefined, client.PrivateKeyJwt({ key: privateKey, kid: keys[index].kid }), insecure);
    const tokens = await client.clientCredentialsGrant(as, { scope: 'reports:read' });
    assert.equal((await client.tokenIntrospection(as, tokens.access_token)).sub, service.client_id);
  }
  assert.equal(calls, 1, 'the keys are kept');
  const stranger = await generateKeyPair('ES256');
  const forged = await client.discovery(issuerUrl, service.client_id, undefined, client.PrivateKeyJwt({ key: stranger.privateKey, kid: keys[0].kid }), insecure);
  await assert.rejects(client.clientCredentialsGrant(forged), { status: 401 });
});
