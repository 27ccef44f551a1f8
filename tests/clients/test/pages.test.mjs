// Chromium on the identity pages: from registration to the account and out again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { at } from '../lib/mana.mjs';
import { mailed, newAccount, newEmail, open, password, signIn } from '../lib/pages.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('register, confirm by the mailed link, sign in, sign out', async () => {
  const page = await open(browser);
  const email = newEmail();
  await page.goto(at('/register').href);
  await page.getByLabel('Name').fill('Ada');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill('password1');
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByText('most common passwords').waitFor();
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.goto(await mailed(email, '/api/auth/verify-email'));
  await page.getByText('Your address is confirmed').waitFor();
  assert.equal(await page.getByLabel('E-mail address').inputValue(), email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Profile' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/account');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out').waitFor();
  await page.goBack();
  await page.reload();
  assert.equal(new URL(page.url()).pathname, '/login');
  assert.deepEqual(page.complaints, []);
});

test('a foreign place is forgotten, and a wrong password says nothing of the account', async () => {
  const email = await newAccount();
  const page = await open(browser);
  await page.goto(at('/login?callbackURL=https://evil.example/').href);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('not this one 1');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').getByText('Address or password is not right.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/account');
  assert.deepEqual(page.complaints, []);
});

test('one device ends the session of another', async () => {
  const email = await newAccount();
  const [one, other] = [await open(browser), await open(browser)];
  for (const page of [one, other]) {
    await signIn(page, email);
    await page.waitForURL('**/account');
  }
  await one.goto(at('/account/sessions').href);
  assert.equal(await one.getByText('This device').count(), 1);
  await one.getByRole('button', { name: /^Sign out Chrom/ }).click();
  await one.getByText('Signed out.').waitFor();
  await other.reload();
  assert.equal(new URL(other.url()).pathname, '/login');
  await one.reload();
  assert.equal(new URL(one.url()).pathname, '/account/sessions');
});

test('a form of a tab that slept too long is explained, and the page works again', async () => {
  const email = await newAccount();
  const page = await open(browser);
  await page.goto(at('/login').href);
  await page.context().clearCookies();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'This form has expired' }).waitFor();
  await page.getByRole('link', { name: 'Open the page again' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('by keyboard alone, and at the width of a phone nothing overflows', async () => {
  const email = await newAccount();
  const page = await open(browser, { viewport: { width: 360, height: 740 }, locale: 'de-DE', colorScheme: 'dark' });
  await page.goto(at('/login').href);
  // The browser honours autofocus when it first paints, which may be after the load.
  await page.waitForFunction(() => document.activeElement?.matches('input[name=email]'));
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/account');
  for (const path of ['/account', '/account/security', '/account/sessions', '/account/keys']) {
    await page.goto(at(path).href);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0, path);
  }
  assert.deepEqual(page.complaints, []);
});
