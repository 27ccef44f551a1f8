// mod_auth_openidc, a client in C that shares nothing with the npm ones: a real Apache protects a page and lets the person in.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { Apache } from '../lib/apache.mjs';
import { launch } from '../lib/browser.mjs';
import { newPerson } from '../lib/mana.mjs';
import { register } from '../lib/oidc.mjs';

let apache;
let chromium;
let person;
let home;

const freePort = () => new Promise((resolve) => { const probe = createServer().listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => resolve(port)); }); });

before(async () => {
  const port = await freePort();
  home = `http://127.0.0.1:${port}`;
  const metadata = await register({ client_name: 'Apache', redirect_uris: [`${home}/secure/redirect_uri`], post_logout_redirect_uris: [`${home}/bye`], scope: 'openid profile email' });
  apache = await Apache.start({ port, clientId: metadata.client_id, secret: metadata.client_secret });
  person = await newPerson();
  chromium = await launch();
});

after(async () => { await chromium?.close(); await apache?.stop(); });

test('a page that Apache protects opens after signing in here, and closes after signing out', async () => {
  const page = await (await chromium.newContext({ locale: 'en-GB' })).newPage();
  await page.goto(`${home}/secure/page.html`);
  assert.equal(new URL(page.url()).pathname, '/login');
  await page.fill('input[name=email]', person.email);
  await page.fill('input[name=password]', 'correct-horse-battery-9');
  await page.click('form.stack button[type=submit]');
  await page.waitForURL(/\/consent\?request=/);
  assert.match(await page.textContent('h1'), /Apache wants to sign you in/);
  await page.click('button[value=accept]');
  await page.waitForURL(`${home}/secure/page.html`);
  assert.equal(await page.textContent('body'), 'the protected page');
  const answer = await page.goto(`${home}/secure/page.html`);
  assert.equal(answer.headers()['x-remote-user'], person.user.id);

  await page.goto(`${home}/secure/redirect_uri?logout=${encodeURIComponent(`${home}/bye`)}`);
  assert.equal(page.url().split('?')[0], `${home}/bye`);
  await page.goto(`${home}/secure/page.html`);
  assert.equal(new URL(page.url()).pathname, '/login');
  assert.doesNotMatch(await apache.log(), /\[auth_openidc:error\]/);
});
