// The official library of Stripe and this host must agree on every webhook: what one takes the other takes, what one refuses the other refuses.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import Stripe from 'stripe';
import { at } from '../lib/mana.mjs';

// As infra/test-clients configures the host.
const [secret, second] = (process.env.STRIPE_WEBHOOK_SECRET ?? 'whsec_of_the_client_tests,whsec_while_it_is_replaced').split(',');
const stripe = new Stripe('sk_test_not_used');
const tolerance = 300;

const now = () => Math.floor(Date.now() / 1000);

const event = (more = {}) => JSON.stringify({
  id: `evt_${randomUUID()}`, object: 'event', type: 'plan.created', api_version: '2025-04-30.basil', created: now(), livemode: false,
  data: { object: { id: 'plan_1', object: 'plan', nickname: 'Größe „M“ 🌻' } }, ...more,
}, null, 2);

const sign = (payload, options = {}) => stripe.webhooks.generateTestHeaderString({ payload, secret, ...options });

const hmac = (text, key = secret) => createHmac('sha256', key).update(text, 'utf8').digest('hex');

/** What the library says; with several secrets, whether any of them will do. */
function accepts(payload, header, secrets = [secret, second]) {
  return secrets.some((one) => {
    try {
      stripe.webhooks.constructEvent(payload, header, one, tolerance);
      return true;
    } catch (error) {
      // An empty signature it refuses with a plain error.
      assert.ok(error instanceof Stripe.errors.StripeSignatureVerificationError || error.message.startsWith('secureCompare'), String(error));
      return false;
    }
  });
}

async function deliver(payload, header, path = '/api/v1/webhooks/stripe') {
  const answer = await fetch(at(path), { method: 'POST', headers: { 'content-type': 'application/json; charset=utf-8', ...(header === undefined ? {} : { 'stripe-signature': header }) }, body: payload });
  return { status: answer.status, body: await answer.json() };
}

/** Both must say the same, and what was expected. */
async function agree(name, payload, header, expected) {
  assert.equal(accepts(payload, header ?? ''), expected, `${name}: the library`);
  const { status, body } = await deliver(payload, header);
  assert.equal(status, expected ? 200 : 400, `${name}: the host says ${JSON.stringify(body)}`);
  return body;
}

test('what the library signs is taken, once', async () => {
  const payload = event();
  const header = sign(payload);
  assert.deepEqual(await agree('first', payload, header, true), { received: true });
  assert.deepEqual(await agree('again', payload, header, true), { received: true, duplicate: true });
});

test('both paths take it', async () => {
  const payload = event();
  assert.equal((await deliver(payload, sign(payload), '/webhooks/stripe')).status, 200);
});

test('tolerance: five minutes back, and no more', async () => {
  // Two seconds of room for the way there.
  for (const [age, expected] of [[0, true], [60, true], [297, true], [302, false], [3600, false], [86400 * 365, false]]) {
    const payload = event();
    await agree(`${age} s old`, payload, sign(payload, { timestamp: now() - age }), expected);
  }
});

test('a little ahead is taken by both; far ahead only by the library', async () => {
  const near = event();
  await agree('four minutes ahead', near, sign(near, { timestamp: now() + 240 }), true);
  // The one deliberate difference (commerce.md 7.5): the library compares ages only downwards.
  const far = event();
  const header = sign(far, { timestamp: now() + 310 });
  assert.equal(accepts(far, header), true);
  const { status, body } = await deliver(far, header);
  assert.deepEqual([status, body.error], [400, 'Invalid signature']);
});

test('several signatures, several secrets', async () => {
  const payload = event();
  const time = now();
  const [right, other, wrong] = [hmac(`${time}.${payload}`), hmac(`${time}.${payload}`, second), hmac(`${time}.${payload}`, 'whsec_of_somebody_else')];
  await agree('the second is right', payload, `t=${time},v1=${wrong},v1=${right}`, true);
  await agree('the first is right', payload, `t=${time},v1=${right},v1=${wrong}`, true);
  await agree('of the secret that comes', payload, `t=${time},v1=${other}`, true);
  await agree('both at once', payload, `t=${time},v1=${other},v1=${right}`, true);
  await agree('none is right', payload, `t=${time},v1=${wrong},v1=${wrong}`, false);
  await agree('a right one under v0', payload, `t=${time},v0=${right}`, false);
  await agree('v0 beside v1', payload, `t=${time},v1=${right},v0=${wrong}`, true);
  await agree('in another order', payload, `v1=${right},t=${time}`, true);
  await agree('the later time counts', payload, `t=1,v1=${right},t=${time}`, true);
  await agree('the later time counts, and is wrong', payload, `t=${time},v1=${right},t=${time - 1}`, false);
});

test('wrong secrets', async () => {
  const payload = event();
  for (const wrong of ['whsec_of_somebody_else', `${secret} `, secret.toUpperCase(), `${secret},${second}`])
    await agree(JSON.stringify(wrong), payload, sign(payload, { secret: wrong }), false);
  const time = now();
  await agree('the empty secret', payload, `t=${time},v1=${hmac(`${time}.${payload}`, '')}`, false);
});

test('tampered bodies', async () => {
  const payload = event();
  const header = sign(payload);
  for (const [name, tampered] of [
    ['a space at the end', `${payload} `], ['a newline in front', `\n${payload}`], ['without spaces', JSON.stringify(JSON.parse(payload))], ['another amount', payload.replace('plan_1', 'plan_2')],
    ['another letter', payload.replace('ö', 'o')],
  ])
    await agree(name, tampered, header, false);
  await agree('untouched', payload, header, true);
});

test('headers that say nothing', async () => {
  const payload = event();
  const time = now();
  const right = hmac(`${time}.${payload}`);
  const { status, body } = await deliver(payload, undefined);
  assert.deepEqual([status, body.error], [400, 'Missing signature']);
  for (const header of [
    'nonsense', `t=${time}`, `v1=${right}`, `t=,v1=${right}`, `t=abc,v1=${right}`, `t=${time};v1=${right}`, `t=${time}, v1=${right}`, `T=${time},V1=${right}`, `t=${time},v1=`,
    `t=${time},v1=${right.toUpperCase()}`, `t=${time},v1=${right.slice(0, -1)}`, `t=${time},v1=${right}00`, `t=${time},v1=ü`, `t=-${time},v1=${right}`, `t=${time}.0,v1=${hmac(`${time}.0.${payload}`)}`,
  ].map((text) => Buffer.from(text, 'utf8').toString('latin1')))
    await agree(header, payload, header, false);
  await agree('what follows a second = is not read', payload, `t=${time}=1,v1=${right}=x`, true);
});

test('a live event is not for a test host', async () => {
  const payload = event({ livemode: true });
  assert.equal(accepts(payload, sign(payload)), true);
  assert.equal((await deliver(payload, sign(payload))).status, 400);
});
