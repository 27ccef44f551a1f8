// Chromium turns the second factor on, signs in with it, with a backup code, and without either; passkeys by a virtual authenticator.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { at } from '../lib/mana.mjs';
import { mailed, newAccount, open, signIn, turnOn, virtualAuthenticator } from '../lib/pages.mjs';
import { code } from '../lib/totp.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('turn on, sign in with a code, with a backup code, trust a browser', async () => {
  const email = await newAccount();
  const page = await open(browser);
  await signIn(page, email);
  const { secret, codes } = await turnOn(page);

  const other = await open(browser);
  await signIn(other, email);
  await other.waitForURL('**/login/code**');
  await other.getByLabel('Code').fill('123456');
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByText('This code is not right').waitFor();
  // The code of enrolment was used up by it; the next step's is within the tolerance.
  await other.getByLabel('Code').fill(code(secret, 1));
  await other.getByLabel('Do not ask in this browser').check();
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.waitForURL('**/account');
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByText('You are signed out').waitFor();
  await signIn(other, email);
  await other.waitForURL('**/account');

  const third = await open(browser);
  await signIn(third, email);
  await third.waitForURL('**/login/code**');
  await third.getByLabel('Code').fill(codes[0].toUpperCase().replace('-', ''));
  await third.getByRole('button', { name: 'Sign in' }).click();
  await third.waitForURL('**/account');
  await third.goto(at('/account/security').href);
  await third.getByText('9 backup codes left.').waitFor();
  for (const one of [page, other, third]) assert.deepEqual(one.complaints, []);
});

test('five wrong codes end the sign-in, and the page says so', async () => {
  const email = await newAccount();
  const page = await open(browser);
  await signIn(page, email);
  await turnOn(page);
  const other = await open(browser);
  await signIn(other, email);
  await other.waitForURL('**/login/code**');
  for (let guess = 0; guess < 5; guess++) {
    await other.getByLabel('Code').fill(`00000${guess}`);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.waitForLoadState();
  }
  if (await other.getByLabel('Code').isVisible()) {
    await other.getByLabel('Code').fill('000009');
    await other.getByRole('button', { name: 'Sign in' }).click();
  }
  await other.getByText(/Please sign in again|Please wait/).waitFor();
});

test('a passkey is created, named, signs in without a password, and is removed', async () => {
  const email = await newAccount();
  const page = await open(browser);
  await virtualAuthenticator(page);
  await signIn(page, email);
  await page.waitForURL('**/account');
  await page.goto(at('/account/security').href);
  await page.getByLabel('Name').fill('Test key');
  await page.getByRole('button', { name: 'Create a passkey' }).click();
  await page.getByText('The passkey is created.').waitFor();
  await page.getByText('Test key').waitFor();
  await page.getByText('Rename').click();
  await page.getByLabel('New name').fill('My key');
  await page.locator('details').getByRole('button', { name: 'Save' }).click();
  await page.getByText('My key', { exact: true }).waitFor();

  // By the button: the offer in the form's fields would be faster than any click.
  await page.addInitScript(() => { if (!sessionStorage.offered) PublicKeyCredential.isConditionalMediationAvailable = async () => false; });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.waitForURL('**/account');
  await page.getByText(email).waitFor();

  // By the offer in the form's fields, which the virtual authenticator takes at once.
  await page.evaluate(() => { sessionStorage.offered = 'yes'; });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/account');

  await page.goto(at('/account/confirm?next=/account/security').href);
  await page.getByRole('button', { name: 'Confirm with a passkey' }).click();
  await page.waitForURL('**/account/security');
  await page.getByRole('button', { name: 'Remove My key' }).click();
  await page.getByText('The passkey is removed.').waitFor();
  assert.deepEqual(page.complaints, []);
});

test('a mailed link signs in after a click, in another browser with a warning', async () => {
  const email = await newAccount();
  const page = await open(browser);
  await page.goto(at('/login/link').href);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText('a link is on its way').waitFor();
  const link = await mailed(email, 'magic-link/verify');
  const stranger = await open(browser);
  await stranger.goto(link);
  await stranger.getByText('asked for in another browser').waitFor();
  await page.goto(link);
  assert.equal(await page.getByText('asked for in another browser').count(), 0);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/account');
  // It worked once; what is left of it leads to the sign-in of the app, which is not running here.
  const [again] = await Promise.all([stranger.waitForResponse((response) => response.request().method() === 'POST'), stranger.getByRole('button', { name: 'Sign in' }).click()]);
  assert.match(again.headers().location, /\/login\?error=ATTEMPTS_EXCEEDED$/);
  assert.deepEqual(page.complaints, []);
});
