// Chromium in /admin: every page on a desktop and on a phone, without script, and what an operator does there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { inDatabase } from '../lib/database.mjs';
import { at } from '../lib/mana.mjs';
import { newAccount, open, password, signIn } from '../lib/pages.mjs';

const lists = ['/admin', '/admin/users', '/admin/spaces', '/admin/devices', '/admin/credits', '/admin/stripe', '/admin/oidc', '/admin/jobs', '/admin/events', '/admin/limits', '/admin/health', '/admin/audit'];

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/// The first administrator is made by hand.
const promote = email => inDatabase(`UPDATE auth.users SET role = 'admin' WHERE email = '${email}'`);

async function administrator(options) {
  const email = await newAccount();
  promote(email);
  const page = await open(browser, options);
  await page.goto(at('/login').href);
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/account');
  return page;
}

const shot = async (page, name) => process.env.MANA_SHOTS && await page.screenshot({ path: `${process.env.MANA_SHOTS}/${name}.png`, fullPage: true });

for (const [name, options] of [
  ['desktop', { viewport: { width: 1280, height: 800 } }],
  ['phone', { viewport: { width: 360, height: 740 }, locale: 'de-DE', colorScheme: 'dark', javaScriptEnabled: false }],
]) {
  test(`every page at the width of a ${name}`, async () => {
    const someone = await newAccount();
    const page = await administrator(options);
    await page.goto(at(`/admin/users?q=${encodeURIComponent(someone)}`).href);
    const person = await page.locator('.grid a').first().getAttribute('href');
    const id = person.split('/').pop();
    await page.goto(at('/admin/spaces?personal=true').href);
    const space = await page.locator('.grid a').first().getAttribute('href');
    for (const path of [...lists, person, `/admin/credits/${id}`, `/admin/devices/${id}`, space]) {
      const answer = await page.goto(at(path).href);
      assert.equal(answer.status(), 200, path);
      assert.equal(await page.locator('nav.tabs a[aria-current=page]').count(), 1, path);
      const { wide, shown } = await page.locator('html').evaluate(root => ({ wide: root.scrollWidth, shown: root.clientWidth }));
      assert.ok(wide <= shown, `${path}: ${wide} > ${shown}`);
      await shot(page, `${name}${path.startsWith(person) ? '-user' : path.replaceAll('/', '-').replace(id, 'id').replace(space.split('/').pop(), 'id')}`);
    }
    assert.deepEqual(page.complaints, []);
  });
}

test('an operator finds a person, gives credits with a reason, and reads it in the log', async () => {
  const someone = await newAccount();
  const page = await administrator({ javaScriptEnabled: false });
  await page.goto(at('/admin').href);
  await page.getByRole('link', { name: 'People', exact: true }).first().click();
  await page.getByRole('searchbox').fill(someone);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.locator('.grid a').first().click();
  await page.getByRole('link', { name: 'Credits', exact: true }).last().click();
  await page.getByLabel('Amount').fill('25');
  await page.getByLabel('Reason').fill('A purchase that got lost');
  await page.getByRole('button', { name: 'Book' }).click();
  await page.getByText('Booked.').waitFor();
  await page.getByText('A purchase that got lost').waitFor();
  await page.goto(at('/admin/audit').href);
  await page.getByText('25: A purchase that got lost').first().waitFor();
  assert.deepEqual(page.complaints, []);
});

test('an account is blocked, and its owner is told so after the right password only; then it is opened', async () => {
  const someone = await newAccount();
  const theirs = await open(browser);
  await signIn(theirs, someone);
  await theirs.waitForURL('**/account');
  const page = await administrator({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false });
  await page.goto(at(`/admin/users?q=${encodeURIComponent(someone)}`).href);
  await page.locator('.grid a').first().click();
  await page.getByRole('button', { name: 'Block account' }).click();
  await page.getByText('The account is blocked and every session has ended.').waitFor();
  await shot(page, 'phone-user-blocked');
  await theirs.goto(at('/account').href);
  await theirs.waitForURL('**/login**');
  await signIn(theirs, someone);
  await theirs.getByText('This account is blocked.').waitFor();
  await page.getByRole('button', { name: 'Unblock account' }).click();
  await page.getByText('The account is open again.').waitFor();
  await signIn(theirs, someone);
  await theirs.waitForURL('**/account');
});

test('a job is run now', async () => {
  const page = await administrator();
  await page.goto(at('/admin/jobs').href);
  await page.getByRole('button', { name: 'Run auth.retention now' }).click();
  await page.getByText(/The run is asked for|A run is asked for already/).waitFor();
});

test('somebody who administers nothing finds nothing', async () => {
  const page = await open(browser);
  await signIn(page, await newAccount());
  await page.waitForURL('**/account');
  for (const path of lists)
    assert.equal((await page.goto(at(path).href)).status(), 404, path);
  await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
});
