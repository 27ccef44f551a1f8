// Chromium buys credits, subscribes and turns Cloud Sync on, at the fake Stripe (issue 6).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from '../lib/browser.mjs';
import { at } from '../lib/mana.mjs';
import { newAccount, open, signIn } from '../lib/pages.mjs';
import { patience } from '../lib/within.mjs';

const stripe = process.env.STRIPE_API_BASE ?? 'http://127.0.0.1:12111';
/** A folder to put pictures of the pages into. */
const pictures = process.env.MANA_PICTURES;

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const picture = (page, name) => (pictures ? page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true }) : null);

const card = (page, id) => page.locator(`section.card#${id}`);

async function somebody() {
  const page = await open(browser);
  await signIn(page, await newAccount());
  await page.waitForURL('**/account');
  return page;
}

/** On Stripe's page, where the button was pressed before; back on ours. */
async function pay(page, button, back) {
  await page.waitForURL(stripe + '/pay/**');
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.waitForURL('**' + back);
}

/** The balance of the page, which is loaded again until it is the expected one. */
async function balance(page, expected) {
  await page.goto(at('/account/credits').href);
  for (const end = Date.now() + patience; Date.now() < end; await page.reload())
    if ((await page.locator('[data-balance]').getAttribute('data-balance')) === expected) return;
  assert.equal(await page.locator('[data-balance]').getAttribute('data-balance'), expected);
}

test('see packs, buy one, watch the balance rise, subscribe, turn Cloud Sync on, see the invoice, cancel', async () => {
  const page = await somebody();
  await page.getByRole('link', { name: 'Credits' }).click();
  await page.getByRole('heading', { name: 'Buy Mana' }).waitFor();
  assert.equal(await page.locator('[data-balance]').getAttribute('data-balance'), '0');
  assert.equal(await page.locator('#packs .offer').count(), 4);
  await picture(page, 'credits-empty');

  await page.getByRole('button', { name: 'Buy for €4.90' }).click();
  await pay(page, 'Pay', '/account/credits?purchase=*');
  await page.getByText('350 Mana have arrived').waitFor();
  await balance(page, '350');

  // Nobody pays for what they did not want.
  await page.getByRole('button', { name: 'Buy for €39.20' }).click();
  await pay(page, 'Cancel', '/account/credits?done=cancelled');
  await page.getByText('You were not charged').waitFor();
  await balance(page, '350');

  await page.getByRole('link', { name: 'Plan', exact: true }).click();
  await page.getByText('You have no plan that costs anything.').waitFor();
  await picture(page, 'plan-none');
  await page.getByRole('button', { name: 'Mana Quelle S: €4.99 a month' }).click();
  await pay(page, 'Pay', '/account/plan?done=subscribed');
  await page.getByText('Welcome to Mana Quelle S!').waitFor();
  await balance(page, '850');

  const sync = card(page, 'sync');
  await sync.getByLabel('Pay').selectOption('monthly');
  await sync.getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('Cloud Sync is on.').waitFor();
  await balance(page, '820');
  await picture(page, 'credits');
  await page.getByRole('link', { name: 'See every entry' }).click();
  await page.getByText('3 entries add up to 820 Mana').waitFor();
  await picture(page, 'history');

  await page.goto(at('/account/plan').href);
  await page.getByRole('button', { name: 'Mana Quelle M: €9.99 a month' }).click();
  await page.getByRole('heading', { name: 'Change to Mana Quelle M' }).waitFor();
  await picture(page, 'plan-change');
  await page.getByRole('link', { name: 'Rather not' }).click();
  const invoice = card(page, 'invoices').getByRole('listitem').first();
  assert.match(await invoice.textContent(), /paid.*€4\.99/s);
  await picture(page, 'plan');
  await invoice.getByRole('link', { name: 'View' }).click();
  await page.waitForURL(stripe + '/invoice/**');
  await page.getByText('4.99 EUR, paid').waitFor();

  await page.goto(at('/account/plan').href);
  await page.getByRole('button', { name: 'Cancel the plan' }).click();
  await page.getByText(/Ends on \d+ \w+ \d{4}\./).waitFor();
  await page.getByRole('button', { name: 'Go on after all' }).click();
  await page.getByText('Your plan goes on.').waitFor();
  await page.getByRole('button', { name: 'Card and billing details' }).click();
  await page.waitForURL(stripe + '/portal/**');
  await page.getByRole('button', { name: 'Cancel subscription' }).click();
  await page.getByRole('link', { name: 'Back' }).click();
  await page.waitForURL('**/account/plan');
  for (const end = Date.now() + patience; Date.now() < end && (await page.getByText(/Ends on \d/).count()) === 0;) await page.reload();
  await page.getByText(/Ends on \d/).waitFor();

  await page.goto(at('/account/credits').href);
  await card(page, 'sync').getByRole('button', { name: 'Turn off now' }).click();
  await page.getByText('Cloud Sync is off').waitFor();
  assert.deepEqual(page.complaints, []);
});

test('a bank takes its time, and the page says so', async () => {
  const page = await somebody();
  await page.goto(at('/account/credits').href);
  await page.getByRole('button', { name: 'Buy for €9.80' }).click();
  await pay(page, 'SEPA', '/account/credits?purchase=*');
  await page.getByText('The bank takes a few days').waitFor();
  assert.equal(await page.locator('[data-balance]').getAttribute('data-balance'), '0');
  const back = page.url();
  const intents = await (await fetch(`${stripe}/_fake/objects/payment_intent`)).json();
  await fetch(`${stripe}/_fake/settle/${intents.filter((intent) => intent.status === 'processing').at(-1).id}?paid=true`, { method: 'POST' });
  await balance(page, '700');
  await page.goto(back);
  await page.getByText('700 Mana have arrived').waitFor();
  assert.deepEqual(page.complaints, []);
});

test('on a phone, in German, in the dark nothing overflows', async () => {
  const storageState = await (await somebody()).context().storageState();
  const page = await open(browser, { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, locale: 'de-DE', colorScheme: 'dark', storageState });
  await page.goto(at('/account/credits').href);
  await page.getByRole('button', { name: 'Für 4,90 € kaufen' }).click();
  await pay(page, 'Pay', '/account/credits?purchase=*');
  await page.getByText('350 Mana sind da').waitFor();
  await page.getByRole('button', { name: 'Einschalten' }).click();
  await page.getByText('Cloud Sync ist eingeschaltet').waitFor();
  for (const [path, name] of [['/account/credits', 'phone-credits'], ['/account/credits/history', 'phone-history'], ['/account/plan', 'phone-plan']]) {
    await page.goto(at(path).href);
    await picture(page, name);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, path);
  }
  assert.deepEqual(page.complaints, []);
});
