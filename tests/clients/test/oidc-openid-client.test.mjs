// openid-client, the certified relying party: the whole life of a sign-in, every token judged by jose beside it.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { at, call } from '../lib/mana.mjs';
import { Browser, bye, callback, issuerUrl, register, registrationToken } from '../lib/oidc.mjs';

const insecure = { execute: [client.allowInsecureRequests] };
let browser;
let metadata;
let config;

async function signIn(as, { scope = 'openid profile email offline_access', push = false, dpop, redeemWith = dpop, ...more } = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const parameters = {
    redirect_uri: callback, scope, state: expectedState, nonce: expectedNonce, code_challenge_method: 'S256',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), ...more,
  };
  const options = dpop ? { DPoP: dpop } : undefined;
  const url = push ? await client.buildAuthorizationUrlWithPAR(as, parameters, options) : client.buildAuthorizationUrl(as, parameters);
  const back = await browser.open(url);
  return client.authorizationCodeGrant(as, back, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true, maxAge: more.max_age }, undefined, redeemWith ? { DPoP: redeemWith } : undefined);
}

const keys = createRemoteJWKSet(at('/api/auth/jwks'));

/** Every id_token is judged by jose too, whichever way it came. */
async function judged(tokens, audience, algorithm = 'RS256') {
  const { payload, protectedHeader } = await jwtVerify(tokens.id_token, keys, { issuer: config.serverMetadata().issuer, audience, algorithms: [algorithm], requiredClaims: ['sub', 'iat', 'exp', 'auth_time', 'at_hash', 'sid'] });
  assert.equal(payload.sub, browser.person.user.id);
  assert.equal(protectedHeader.typ, 'JWT');
  return payload;
}

before(async () => {
  assert.ok(registrationToken, 'OIDC_REGISTRATION_TOKEN must be set for the host and for this test');
  browser = await Browser.newPerson();
  metadata = await register();
  config = await client.discovery(issuerUrl, metadata.client_id, metadata.client_secret, undefined, insecure);
});

test('discovery names what the certified client needs', () => {
  const server = config.serverMetadata();
  assert.equal(server.issuer, issuerUrl.href.replace(/\/$/, ''));
  assert.ok(server.supportsPKCE());
  assert.equal(server.authorization_response_iss_parameter_supported, true);
});

test('code with PKCE, then userinfo, refresh, introspection, revocation', async () => {
  const tokens = await signIn(config);
  assert.deepEqual(browser.asked(), ['/login', '/consent']);
  const claims = tokens.claims();
  assert.deepEqual((await judged(tokens, metadata.client_id)).amr, ['pwd']);

  const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.ok(info.preferred_username);
  assert.equal(typeof info.updated_at, 'number');

  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
  assert.equal(refreshed.claims().sub, claims.sub);
  assert.equal(refreshed.claims().auth_time, claims.auth_time);
  assert.equal((await judged(refreshed, metadata.client_id)).auth_time, claims.auth_time);

  const seen = await client.tokenIntrospection(config, refreshed.access_token);
  assert.deepEqual([seen.active, seen.client_id, seen.sub], [true, metadata.client_id, claims.sub]);
  await client.tokenRevocation(config, refreshed.refresh_token);
  assert.deepEqual({ ...(await client.tokenIntrospection(config, refreshed.access_token)) }, { active: false });
  await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), { error: 'invalid_grant' });
});

test('the second sign-in asks nothing; max_age and prompt do', async () => {
  browser.asked();
  const scope = 'openid profile email';
  await signIn(config, { scope });
  assert.deepEqual(browser.asked(), []);
  // What goes on while nobody is there is agreed to each time.
  await signIn(config);
  assert.deepEqual(browser.asked(), ['/consent']);
  const tokens = await signIn(config, { scope, prompt: 'login', max_age: 60 });
  assert.deepEqual(browser.asked(), ['/login']);
  assert.ok(Date.now() / 1000 - tokens.claims().auth_time < 60);
  const silent = await browser.open(client.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid', prompt: 'none', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }));
  assert.ok(silent.searchParams.get('code'));
});

test('a public client, and EdDSA id_tokens', async () => {
  const spa = await register({ token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'EdDSA' });
  const as = await client.discovery(issuerUrl, spa.client_id, { id_token_signed_response_alg: 'EdDSA' }, client.None(), insecure);
  const tokens = await signIn(as);
  await judged(tokens, spa.client_id, 'EdDSA');
  await judged(await client.refreshTokenGrant(as, tokens.refresh_token), spa.client_id, 'EdDSA');
});

test('client_secret_post is good for the same client', async () => {
  const as = await client.discovery(issuerUrl, metadata.client_id, undefined, client.ClientSecretPost(metadata.client_secret), insecure);
  assert.ok((await signIn(as)).id_token);
});

test('pushed authorization requests', async () => {
  const pushing = await register({ require_pushed_authorization_requests: true });
  const as = await client.discovery(issuerUrl, pushing.client_id, pushing.client_secret, undefined, insecure);
  await judged(await signIn(as, { push: true }), pushing.client_id);
  await assert.rejects(signIn(as), /invalid_request|error/);
});

test('a key that is proved at the push is the only one that the code is good for', async () => {
  const pushing = await register({ require_pushed_authorization_requests: true });
  const as = await client.discovery(issuerUrl, pushing.client_id, pushing.client_secret, undefined, insecure);
  const [mine, other] = [client.getDPoPHandle(as, await client.randomDPoPKeyPair()), client.getDPoPHandle(as, await client.randomDPoPKeyPair())];
  const tokens = await signIn(as, { push: true, dpop: mine });
  assert.equal(tokens.token_type, 'dpop');
  await judged(tokens, pushing.client_id);
  await assert.rejects(signIn(as, { push: true, dpop: mine, redeemWith: other }), { error: 'invalid_grant' });
});

test('DPoP binds tokens of a public client', async () => {
  const spa = await register({ token_endpoint_auth_method: 'none', dpop_bound_access_tokens: true });
  const as = await client.discovery(issuerUrl, spa.client_id, undefined, client.None(), insecure);
  const dpop = client.getDPoPHandle(as, await client.randomDPoPKeyPair());
  const tokens = await signIn(as, { dpop });
  assert.equal(tokens.token_type, 'dpop');
  await judged(tokens, spa.client_id);
  assert.ok(await client.fetchUserInfo(as, tokens.access_token, tokens.claims().sub, { DPoP: dpop }));
  await assert.rejects(client.fetchUserInfo(as, tokens.access_token, tokens.claims().sub));
  await judged(await client.refreshTokenGrant(as, tokens.refresh_token, undefined, { DPoP: dpop }), spa.client_id);
});

test('private_key_jwt and client credentials for a service', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const service = await register({ redirect_uris: [], post_logout_redirect_uris: [], grant_types: ['client_credentials'], scope: 'reports:read reports:write', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] } });
  const as = await client.discovery(issuerUrl, service.client_id, undefined, client.PrivateKeyJwt({ key: privateKey, kid: 'one' }), insecure);
  const tokens = await client.clientCredentialsGrant(as, { scope: 'reports:read' });
  assert.equal(tokens.scope, 'reports:read');
  assert.equal((await client.tokenIntrospection(as, tokens.access_token)).sub, service.client_id);
  await assert.rejects(client.clientCredentialsGrant(as, { scope: 'openid' }), { error: 'invalid_scope' });
});

test('a device signs in with a code that somebody types', async () => {
  const tv = await register({ application_type: 'native', redirect_uris: [], post_logout_redirect_uris: [], grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'], token_endpoint_auth_method: 'none' });
  const as = await client.discovery(issuerUrl, tv.client_id, undefined, client.None(), insecure);
  const started = await client.initiateDeviceAuthorization(as, { scope: 'openid offline_access' });
  const polling = client.pollDeviceAuthorizationGrant(as, { ...started, interval: 1 });
  await browser.open(new URL(started.verification_uri_complete));
  await judged(await polling, tv.client_id);
});

test('logout ends the session, its tokens, and leads back', async () => {
  const tokens = await signIn(config);
  const back = await browser.open(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: 'x y' }));
  assert.equal(back.href, `${bye}?state=x%20y`);
  await assert.rejects(client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub));
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
});

test('what is not in discovery is not there', async () => {
  const { body } = await call('/.well-known/openid-configuration');
  assert.deepEqual(body.response_types_supported, ['code']);
  assert.ok(!body.grant_types_supported.includes('implicit') && !body.grant_types_supported.includes('password'));
});
