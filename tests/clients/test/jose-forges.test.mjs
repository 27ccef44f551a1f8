// Tokens made with jose that the host must refuse: 401, and nothing stored.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { call, newPerson, pull, push } from '../lib/mana.mjs';

const epoch = '1970-01-01T00:00:00.000Z';
let person, header, claims, foreign, jwk;

before(async () => {
  person = await newPerson();
  header = decodeProtectedHeader(person.accessToken);
  claims = decodeJwt(person.accessToken);
  foreign = (await generateKeyPair('EdDSA', { crv: 'Ed25519' })).privateKey;
  jwk = (await call('/api/auth/jwks')).body.keys.find((key) => key.kid === header.kid);
});

const foreignly = (changes = {}, headerChanges = {}) => new SignJWT({ ...claims, ...changes }).setProtectedHeader({ ...header, ...headerChanges }).sign(foreign);
const withSecret = (secret) => new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' }).sign(secret);
const segments = (token) => token.split('.');

const forgeries = {
  'a key of our own under the kid of the host': () => foreignly(),
  'a key of our own under its own kid': () => foreignly({}, { kid: 'made-here' }),
  'no kid': () => foreignly({}, { kid: undefined }),
  'expired, foreign key': () => foreignly({ exp: claims.iat - 3600 }),
  'foreign audience, foreign key': () => foreignly({ aud: 'matrix' }),
  'a public key carried along (jwk header)': () => foreignly({}, { jwk }),
  'HS256 with the text of the public key': () => withSecret(new TextEncoder().encode(jwk.x)),
  'HS256 with the bytes of the public key': () => withSecret(Buffer.from(jwk.x, 'base64url')),
  'alg none': () => new UnsecuredJWT(claims).encode(),
  'alg none with our kid, by hand': () =>
    `${Buffer.from(JSON.stringify({ ...header, alg: 'none' })).toString('base64url')}.${segments(person.accessToken)[1]}.`,
  'alg none with the real signature': () =>
    `${Buffer.from(JSON.stringify({ ...header, alg: 'none' })).toString('base64url')}.${segments(person.accessToken)[1]}.${segments(person.accessToken)[2]}`,
  'the real token without its signature': () => segments(person.accessToken).slice(0, 2).join('.') + '.',
  'the real token with a changed signature': () => {
    const signature = Buffer.from(segments(person.accessToken)[2], 'base64url');
    signature[0] ^= 1;
    return [...segments(person.accessToken).slice(0, 2), signature.toString('base64url')].join('.');
  },
};

for (const [name, forge] of Object.entries(forgeries))
  test(`refuses ${name}`, async () => {
    const token = await forge();
    const pulled = await pull(token, 'dev-x', epoch);
    assert.equal(pulled.status, 401);
    assert.equal(pulled.body.error, 'unauthorized');
    assert.match(pulled.headers.get('www-authenticate'), /^Bearer /);
    const pushed = await push(token, 'dev-x', [{ table: 'tasks', id: 'forged', op: 'insert', data: { id: 'forged', title: name } }]);
    assert.equal(pushed.status, 401);
    const stored = await pull(person.accessToken, 'dev-y', epoch);
    assert.equal(stored.status, 200);
    assert.deepEqual(stored.body.serverChanges, []);
  });
