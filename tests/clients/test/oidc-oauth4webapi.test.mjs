// oauth4webapi: the same protocol without a helping hand, so that every answer is judged step by step; and the ways in which it must fail.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { Browser, bye, callback, issuerUrl, register } from '../lib/oidc.mjs';

const insecure = { [oauth.allowInsecureRequests]: true };
let as;
let browser;
let client;
let auth;

before(async () => {
  browser = await Browser.newPerson();
  const metadata = await register();
  as = await oauth.processDiscoveryResponse(issuerUrl, await oauth.discoveryRequest(issuerUrl, insecure));
  client = { client_id: metadata.client_id };
  auth = oauth.ClientSecretBasic(metadata.client_secret);
});

async function authorize(changes = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const url = new URL(as.authorization_endpoint);
  const parameters = {
    client_id: client.client_id, redirect_uri: callback, response_type: 'code', scope: 'openid profile email offline_access', state, nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return { back: await browser.open(url), verifier, state, nonce };
}

const exchange = (params, verifier) => oauth.authorizationCodeGrantRequest(as, client, auth, params, callback, verifier, insecure);

test('OAuth metadata (RFC 8414) agrees with discovery', async () => {
  const other = await oauth.processDiscoveryResponse(issuerUrl, await oauth.discoveryRequest(issuerUrl, { algorithm: 'oauth2', ...insecure }));
  assert.deepEqual(other, as);
});

test('code, id_token with at_hash and nonce, userinfo, refresh, introspection, revocation', async () => {
  const { back, verifier, state, nonce } = await authorize({ max_age: '600' });
  const params = oauth.validateAuthResponse(as, client, back, state);
  const response = await exchange(params, verifier);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, maxAge: 600, requireIdToken: true });
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  assert.equal(sub, browser.person.user.id);
  const info = await oauth.processUserInfoResponse(as, client, sub, await oauth.userInfoRequest(as, client, tokens.access_token, insecure));
  assert.equal(info.sub, sub);
  const again = await oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, insecure));
  const seen = await oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, again.access_token, insecure));
  assert.equal(seen.active, true);
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, again.refresh_token, insecure));
  assert.equal((await oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, again.access_token, insecure))).active, false);
});

test('a code that comes twice is refused and takes its tokens along', async () => {
  const { back, verifier, state, nonce } = await authorize();
  const params = oauth.validateAuthResponse(as, client, back, state);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, await exchange(params, verifier), { expectedNonce: nonce });
  await assert.rejects(async () => oauth.processAuthorizationCodeResponse(as, client, await exchange(params, verifier)), { error: 'invalid_grant' });
  assert.equal((await oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, tokens.access_token, insecure))).active, false);
});

test('a wrong verifier, a wrong secret and a missing challenge are refused in the words of the RFCs', async () => {
  const one = await authorize();
  const params = oauth.validateAuthResponse(as, client, one.back, one.state);
  await assert.rejects(async () => oauth.processAuthorizationCodeResponse(as, client, await exchange(params, oauth.generateRandomCodeVerifier())), { error: 'invalid_grant' });
  const wrong = oauth.ClientSecretBasic('wrong');
  await assert.rejects(async () => oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, wrong, 'x', insecure)), (error) => error.status === 401 || error.error === 'invalid_client');
  const without = await authorize({ code_challenge: undefined, code_challenge_method: undefined });
  assert.throws(() => oauth.validateAuthResponse(as, client, without.back, without.state), { error: 'invalid_request' });
});

test('errors carry state and iss, so that no other server can have sent them', async () => {
  const { back, state } = await authorize({ prompt: 'none', scope: 'openid', max_age: '0' });
  assert.equal(back.searchParams.get('iss'), as.issuer);
  assert.throws(() => oauth.validateAuthResponse(as, client, back, state), { error: 'login_required' });
  back.searchParams.set('iss', 'https://evil.example');
  assert.throws(() => oauth.validateAuthResponse(as, client, back, state), { code: 'OAUTH_INVALID_RESPONSE' });
});

test('end_session_endpoint asks a person who comes without a token, and leads back', async () => {
  await authorize();
  const url = new URL(as.end_session_endpoint);
  url.search = new URLSearchParams({ client_id: client.client_id, post_logout_redirect_uri: bye });
  browser.asked();
  assert.equal((await browser.open(url)).href, bye);
  assert.deepEqual(browser.asked(), ['/logout']);
});

test('a pushed request with a proof of a key, then tokens for that key', async () => {
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const parameters = {
    redirect_uri: callback, response_type: 'code', scope: 'openid profile', state, nonce, code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  };
  const pushed = await oauth.processPushedAuthorizationResponse(as, client, await oauth.pushedAuthorizationRequest(as, client, auth, new URLSearchParams(parameters), { DPoP, ...insecure }));
  const url = new URL(as.authorization_endpoint);
  url.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri });
  const params = oauth.validateAuthResponse(as, client, await browser.open(url), state);
  const response = await oauth.authorizationCodeGrantRequest(as, client, auth, params, callback, verifier, { DPoP, ...insecure });
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true });
  assert.equal(tokens.token_type, 'dpop');
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const info = await oauth.processUserInfoResponse(as, client, sub, await oauth.userInfoRequest(as, client, tokens.access_token, { DPoP, ...insecure }));
  assert.equal(info.sub, browser.person.user.id);
});

test('a device without a browser', async () => {
  const tv = await register({ application_type: 'native', redirect_uris: [], post_logout_redirect_uris: [], grant_types: ['urn:ietf:params:oauth:grant-type:device_code'], token_endpoint_auth_method: 'none' });
  const device = { client_id: tv.client_id };
  const started = await oauth.processDeviceAuthorizationResponse(as, device, await oauth.deviceAuthorizationRequest(as, device, oauth.None(), new URLSearchParams({ scope: 'openid' }), insecure));
  const ask = async () => oauth.processDeviceCodeResponse(as, device, await oauth.deviceCodeGrantRequest(as, device, oauth.None(), started.device_code, insecure));
  await assert.rejects(ask, { error: 'authorization_pending' });
  await browser.open(new URL(started.verification_uri_complete));
  await new Promise((resolve) => setTimeout(resolve, started.interval * 1000 + 500));
  assert.equal(oauth.getValidatedIdTokenClaims(await ask()).sub, browser.person.user.id);
});

test('a service that proves itself with a key gets tokens of its own', async () => {
  const { privateKey, publicKey } = await oauth.generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'one', alg: 'ES256' };
  delete jwk.key_ops;
  delete jwk.ext;
  const metadata = await register({ redirect_uris: [], post_logout_redirect_uris: [], grant_types: ['client_credentials'], scope: 'reports:read', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } });
  const service = { client_id: metadata.client_id };
  const grant = async (key) => oauth.processClientCredentialsResponse(as, service, await oauth.clientCredentialsGrantRequest(as, service, oauth.PrivateKeyJwt({ key, kid: 'one' }), new URLSearchParams({ scope: 'reports:read' }), insecure));
  const tokens = await grant(privateKey);
  assert.deepEqual([tokens.scope, tokens.id_token, tokens.refresh_token], ['reports:read', undefined, undefined]);
  const stranger = (await oauth.generateKeyPair('ES256')).privateKey;
  await assert.rejects(() => grant(stranger), (error) => error.status === 401 || error.error === 'invalid_client');
});
