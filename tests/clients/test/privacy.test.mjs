// Chromium on the data pages: the log, "that wasn't me", the export as a file, the end of the account.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { at, call } from '../lib/mana.mjs';
import { mailed, newAccount, open, password, signIn } from '../lib/pages.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

async function download(page, link) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: link }).click()]);
  return { name: file.suggestedFilename(), content: await readFile(await file.path()) };
}

test('everything as one archive, and the account as JSON without a secret in it', async () => {
  const email = await newAccount();
  const page = await open(browser);
  await signIn(page, email);
  await page.waitForURL('**/account');
  await page.goto(at('/account/privacy').href);
  const zip = await download(page, 'Everything as ZIP');
  assert.match(zip.name, /^meine-daten-\d{4}-\d\d-\d\d\.zip$/);
  assert.equal(zip.content.subarray(0, 4).toString('latin1'), 'PK\x03\x04');
  const json = await download(page, 'The account only, as JSON');
  const data = JSON.parse(json.content.toString('utf8'));
  assert.equal(data.exportVersion, '2.0');
  assert.equal(data.data.user.email, email);
  assert.doesNotMatch(json.content.toString('utf8'), /passwordHash|password_hash|tokenHash|token_hash/i);
  assert.deepEqual(page.complaints, []);
});

test('who says "that wasn\'t me" signs everybody out, and the mailbox opens the account again', async () => {
  const email = await newAccount();
  const [owner, intruder] = [await open(browser), await open(browser)];
  await signIn(intruder, email);
  await intruder.waitForURL('**/account');
  await signIn(owner, email);
  await owner.waitForURL('**/account');
  await owner.goto(at('/account/log').href);
  await owner.getByRole('listitem').filter({ hasText: 'Sign-in' }).last().getByRole('button', { name: "That wasn't me" }).click();
  await owner.getByRole('heading', { name: 'Everybody is signed out' }).waitFor();
  for (const page of [owner, intruder]) {
    await page.goto(at('/account').href);
    assert.equal(new URL(page.url()).pathname, '/login');
  }
  await signIn(owner, email);
  await owner.getByText('Address or password is not right.').waitFor();
  // The link leads to the app's page; ours takes the same token.
  const leads = await fetch(await mailed(email, '/api/auth/reset-password/'), { redirect: 'manual' });
  await owner.goto(at('/reset' + new URL(leads.headers.get('location')).search).href);
  await owner.getByLabel('New password').fill('other random words 8');
  await owner.getByRole('button', { name: 'Set the password' }).click();
  await owner.getByText('Your new password is set').waitFor();
  await signIn(owner, email, 'other random words 8');
  await owner.waitForURL('**/account');
});

test('the account is deleted after the password, and the address is free again', async () => {
  const email = await newAccount();
  const page = await open(browser);
  await signIn(page, email);
  await page.waitForURL('**/account');
  await page.goto(at('/account/privacy').href);
  await page.getByRole('button', { name: 'Delete the account for good' }).click();
  await page.getByText('Please confirm that everything shall be deleted.').waitFor();
  await page.getByLabel('Yes, delete everything').check();
  await page.getByLabel('Your password').fill('not this one 1');
  await page.getByRole('button', { name: 'Delete the account for good' }).click();
  await page.getByText('This is not your password.').waitFor();
  await page.getByLabel('Yes, delete everything').check();
  await page.getByLabel('Your password').fill(password);
  await page.getByRole('button', { name: 'Delete the account for good' }).click();
  await page.getByRole('heading', { name: 'Your account is deleted' }).waitFor();
  await page.goto(at('/account').href);
  assert.equal(new URL(page.url()).pathname, '/login');
  await signIn(page, email);
  await page.getByText('Address or password is not right.').waitFor();
  const again = await call('/api/v1/auth/register', { method: 'POST', body: { email, password, name: 'Ada' } });
  assert.equal(again.status, 200);
  await fetch(await mailed(email, '/api/auth/verify-email'), { redirect: 'manual' });
  await signIn(page, email);
  await page.waitForURL('**/account');
});
