// Our access tokens, judged by jose alone: keys over HTTP, signature, claims, thumbprint.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { calculateJwkThumbprint, createRemoteJWKSet, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { at, audience, call, issuer, newPerson } from '../lib/mana.mjs';

const paths = ['/api/auth/jwks', '/api/v1/auth/jwks'];
const options = { issuer, audience, algorithms: ['EdDSA'], typ: 'at+jwt', requiredClaims: ['sub', 'exp', 'iat', 'jti', 'sid'] };
let person;

before(async () => { person = await newPerson(); });

for (const path of paths)
  test(`verifies with the keys of ${path}`, async () => {
    const { payload, protectedHeader } = await jwtVerify(person.accessToken, createRemoteJWKSet(at(path)), options);
    assert.equal(protectedHeader.alg, 'EdDSA');
    assert.equal(payload.sub, person.user.id);
    assert.equal(payload.email, person.email);
    assert.equal(payload.role, 'user');
    assert.equal(payload.tier, 'public');
    assert.equal(payload.exp - payload.iat, 900);
    assert.deepEqual(payload.amr, ['pwd']);
    assert.equal(payload.client_id, 'mana-web');
    assert.ok(person.accessToken.length < 1024);
  });

test('does not verify for another audience, issuer or type', async () => {
  const keys = createRemoteJWKSet(at(paths[0]));
  await assert.rejects(jwtVerify(person.accessToken, keys, { ...options, audience: 'matrix' }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
  await assert.rejects(jwtVerify(person.accessToken, keys, { ...options, issuer: 'https://other.example' }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
  await assert.rejects(jwtVerify(person.accessToken, keys, { ...options, typ: 'JWT' }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
});

test('both paths publish the same public keys, cacheable, and 304 when unchanged', async () => {
  const [first, second] = await Promise.all(paths.map((path) => call(path)));
  assert.deepEqual(first.body, second.body);
  assert.match(first.headers.get('cache-control'), /public, max-age=300/);
  const kinds = first.body.keys.map((key) => [key.kty, key.crv, key.alg, key.use].join(' ')).sort();
  assert.deepEqual(kinds, ['OKP Ed25519 EdDSA sig', 'RSA  RS256 sig']);
  for (const key of first.body.keys) assert.equal(key.d, undefined);
  const again = await fetch(at(paths[0]), { headers: { 'if-none-match': first.headers.get('etag') } });
  assert.equal(again.status, 304);
});

test('kid is the RFC 7638 thumbprint, and the imported key verifies', async () => {
  const { kid } = decodeProtectedHeader(person.accessToken);
  const jwk = (await call(paths[0])).body.keys.find((key) => key.kid === kid);
  assert.equal(kid, await calculateJwkThumbprint(jwk));
  await jwtVerify(person.accessToken, await importJWK(jwk, 'EdDSA'), options);
});

test('a changed payload does not verify', async () => {
  const [header, payload, signature] = person.accessToken.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const forged = [header, Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url'), signature].join('.');
  await assert.rejects(jwtVerify(forged, createRemoteJWKSet(at(paths[0])), options), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
});
