// A real Matrix homeserver, configured from infra/synapse, signs a person in with their account here; signing out here ends their Matrix session.
// Not part of the test run, because it needs a Synapse:  MATRIX_URL=http://127.0.0.1:8008 MANA_URL=… node --test trials/synapse.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { call, newPerson } from '../lib/mana.mjs';

const matrix = process.env.MATRIX_URL ?? 'http://127.0.0.1:8008';
const app = `${matrix}/_matrix/client/versions`;

async function loginToken(page, person) {
  await page.goto(`${matrix}/_matrix/client/v3/login/sso/redirect/oidc-manacore?redirectUrl=${encodeURIComponent(app)}`);
  if (new URL(page.url()).pathname === '/login') {
    await page.fill('input[name=email]', person.email);
    await page.fill('input[name=password]', 'correct-horse-battery-9');
    await page.click('form.stack button[type=submit]');
  }
  await page.waitForLoadState();
  // Synapse asks whether its own page may go on to the app, unless the app is on its list.
  const onward = await page.$('a[href*="loginToken="]');
  return new URL(onward ? await onward.getAttribute('href') : page.url()).searchParams.get('loginToken');
}

const signIn = async (token) => (await (await fetch(`${matrix}/_matrix/client/v3/login`, { method: 'POST', body: JSON.stringify({ type: 'm.login.token', token }) })).json());
const whoAmI = async (token) => (await fetch(`${matrix}/_matrix/client/v3/account/whoami`, { headers: { authorization: `Bearer ${token}` } })).status;

test('Matrix: first login, second login of the same person, back-channel logout', async () => {
  const chromium = await launch();
  try {
    const person = await newPerson();
    const page = await (await chromium.newContext({ locale: 'en-GB' })).newPage();
    const token = await loginToken(page, person);
    assert.ok(token, `no loginToken at ${page.url()}: ${await page.textContent('body')}`);
    const first = await signIn(token);
    assert.match(first.user_id, /^@client-[a-z0-9-]+:localhost$/);
    const second = await signIn(await loginToken(page, person));
    assert.equal(second.user_id, first.user_id);
    assert.deepEqual([await whoAmI(first.access_token), await whoAmI(second.access_token)], [200, 200]);

    await page.goto(new URL('/logout', process.env.MANA_URL ?? 'http://localhost:3001').href);
    await page.click('form.stack button[type=submit]');
    await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'You are signed out');
    for (let attempt = 0; attempt < 50 && (await whoAmI(first.access_token)) === 200; attempt++) await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual([await whoAmI(first.access_token), await whoAmI(second.access_token)], [401, 401]);
    assert.equal((await call('/health')).status, 200);
  } finally {
    await chromium.close();
  }
});
