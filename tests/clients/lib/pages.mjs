// The identity pages as a person uses them: a browser, its mailbox at /dev/mail, and what every page must be.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { at, call } from './mana.mjs';
import { code } from './totp.mjs';
import { patience } from './within.mjs';

export const password = 'three random words 7';
export const newEmail = () => `page-${randomUUID()}@example.test`;

/** A page whose console stays clean: a policy that a page breaks shows there. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => { if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) page.complaints.push(message.text()); });
  page.on('pageerror', (error) => page.complaints.push(error.message));
  return page;
}

/** The link in the newest mail for an address whose path begins so, once the mail is there. */
export async function mailed(email, path) {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const html = await (await fetch(at('/dev/mail?recipient=' + encodeURIComponent(email)))).text();
    const link = html.match(new RegExp(`href="([^"]*${path}[^"]*)"`))?.[1];
    if (link) return link.replaceAll('&amp;', '&');
  }
  throw new Error(`no mail with ${path} for ${email} within ${patience} ms`);
}

export async function signIn(page, email, secret = password) {
  await page.goto(at('/login?prompt=login').href);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** An account whose address is confirmed, made without the pages. */
export async function newAccount() {
  const email = newEmail();
  const answer = await call('/api/v1/auth/register', { method: 'POST', body: { email, password, name: 'Ada' } });
  assert.equal(answer.status, 200);
  await fetch(await mailed(email, '/api/auth/verify-email'), { redirect: 'manual' });
  return email;
}

const card = (page, title) => page.locator('section.card', { has: page.getByRole('heading', { name: title, exact: true }) });

/** Turns the second factor on; the secret, and the backup codes. */
export async function turnOn(page) {
  await page.goto(at('/account/security').href);
  const off = card(page, 'Second factor');
  await off.getByLabel('Your password').fill(password);
  await off.getByRole('button', { name: 'Turn on' }).click();
  const secret = await page.locator('[data-secret]').textContent();
  const codes = await page.locator('.codes code').allTextContents();
  assert.equal(codes.length, 10);
  assert.ok((await page.getByAltText('QR code').evaluate((image) => image.naturalWidth)) > 100, 'the QR code is drawn');
  await page.getByLabel('Code of the app').fill('000000');
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('This code is not right').waitFor();
  await page.getByLabel('Code of the app').fill(code(secret));
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('The second factor is on.').waitFor();
  return { secret, codes };
}

/** An authenticator inside this browser that says yes to everything. */
export async function virtualAuthenticator(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
}
