// A real browser between a client and us: policies, cookies and redirects as Chromium sees them; what people do with the back button and two fingers.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import * as client from 'openid-client';
import { launch } from '../lib/browser.mjs';
import { inDatabase } from '../lib/database.mjs';
import { newAccount, password as secret, signIn as signInAs, turnOn, virtualAuthenticator } from '../lib/pages.mjs';
import { code } from '../lib/totp.mjs';
import { at, newPerson } from '../lib/mana.mjs';
import { issuerUrl, register } from '../lib/oidc.mjs';

const password = 'correct-horse-battery-9';
let chromium;
let site;
let callback;
let bye;
let elsewhere;
let home;
let calls = [];
let config;
let clientId;
let person;

/** The client's own site: it shows what it was called with. */
before(async () => {
  site = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    // As homeservers do: the callback takes the answer and sends the browser on to an application at another origin.
    if (new URL(request.url, callback).searchParams.get('state')?.startsWith('hop-') || new URLSearchParams(body).get('state')?.startsWith('hop-')) {
      response.writeHead(302, { location: home }).end();
      return;
    }
    calls.push({ method: request.method, url: new URL(request.url, callback), body: new URLSearchParams(body) });
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<title>client</title><p id="at">${new URL(request.url, callback).pathname}</p>`);
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  callback = `http://127.0.0.1:${site.address().port}/cb`;
  bye = `http://127.0.0.1:${site.address().port}/bye`;
  elsewhere = createServer((request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<title>home</title>'));
  await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  home = `http://127.0.0.1:${elsewhere.address().port}/home`;
  const metadata = await register({ client_name: 'Browser test', redirect_uris: [callback], post_logout_redirect_uris: [bye] });
  clientId = metadata.client_id;
  config = await client.discovery(issuerUrl, clientId, metadata.client_secret, undefined, { execute: [client.allowInsecureRequests] });
  person = await newPerson();
  chromium = await launch();
});

after(async () => { await chromium?.close(); site?.closeAllConnections(); site?.close(); elsewhere?.closeAllConnections(); elsewhere?.close(); });

async function flow(page, more = {}, waitUntil = 'load') {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const url = client.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid profile email', state: expectedState, code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256', ...more });
  calls = [];
  await page.goto(url.href, { waitUntil });
  return { pkceCodeVerifier, expectedState, tokens: (at) => client.authorizationCodeGrant(config, at, { pkceCodeVerifier, expectedState }) };
}

async function signIn(page) {
  await page.fill('input[name=email]', person.email);
  await page.fill('input[name=password]', password);
  await page.click('form.stack button[type=submit]');
}

const newPage = async () => (await chromium.newContext({ locale: 'en-GB' })).newPage();

test('the second factor stands between the password and the client, a passkey does without it', async () => {
  const email = await newAccount();
  const own = await newPage();
  own.complaints = [];
  await virtualAuthenticator(own);
  await signInAs(own, email);
  await own.waitForURL('**/account');
  await own.goto(at('/account/security').href);
  await own.getByRole('button', { name: 'Create a passkey' }).click();
  await own.getByText('The passkey is created.').waitFor();
  const { secret: shared } = await turnOn(own);

  const page = await newPage();
  const first = await flow(page);
  await page.fill('input[name=email]', email);
  await page.fill('input[name=password]', secret);
  await page.click('form.stack button[type=submit]');
  await page.waitForURL(/\/login\/code\?request=/);
  await page.getByLabel('Code').fill('000000');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This code is not right').waitFor();
  await page.getByLabel('Code').fill(code(shared, 1));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/consent\?request=/);
  await page.click('button[value=accept]');
  await page.waitForURL((url) => url.pathname === '/cb');
  const claims = (await first.tokens(new URL(page.url()))).claims();
  assert.deepEqual([...claims.amr].sort(), ['mfa', 'otp', 'pwd']);
  assert.equal(claims.acr, '2');

  // Without the page of the sign-out: there the browser would offer its passkey by itself, and be signed in before the client asks.
  await own.context().clearCookies();
  const second = await flow(own, {}, 'commit');
  await own.waitForURL((url) => url.pathname === '/cb' || url.pathname === '/consent', { waitUntil: 'commit' });
  await own.waitForLoadState();
  if (new URL(own.url()).pathname === '/consent') await own.click('button[value=accept]');
  await own.waitForURL((url) => url.pathname === '/cb');
  assert.ok((await second.tokens(new URL(own.url()))).claims().amr.includes('mfa'));
  await page.context().close();
  await own.context().close();
});

test('login, consent, client, the second time without a question, logout', async () => {
  const page = await newPage();
  const problems = [];
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  const first = await flow(page, { login_hint: person.email });
  assert.equal(await page.inputValue('input[name=email]'), person.email);
  await signIn(page);
  await page.waitForURL(/\/consent\?request=/);
  assert.match(await page.textContent('h1'), /Browser test wants to sign you in/);
  await page.click('button[value=accept]');
  await page.waitForURL((url) => url.pathname === '/cb');
  const tokens = await first.tokens(new URL(page.url()));
  assert.equal(tokens.claims().sub, person.user.id);

  const second = await flow(page);
  assert.equal(new URL(page.url()).pathname, '/cb');
  assert.ok((await second.tokens(new URL(page.url()))).id_token);

  await page.goto(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye }).href);
  assert.equal(page.url(), bye);
  await flow(page);
  assert.equal(new URL(page.url()).pathname, '/login');
  assert.deepEqual(problems, []);
  await page.context().close();
});

test('form_post arrives as a form, by itself', async () => {
  const page = await newPage();
  const one = await flow(page, { response_mode: 'form_post' });
  await signIn(page);
  if (new URL(page.url()).pathname === '/consent') await page.click('button[value=accept]');
  await page.waitForURL((url) => url.pathname === '/cb');
  const posted = calls.find((call) => call.method === 'POST');
  assert.equal(posted.body.get('state'), one.expectedState);
  assert.equal(posted.body.get('iss'), config.serverMetadata().issuer);
  assert.ok(posted.body.get('code'));
  await page.context().close();
});

// Chromium applies form-action to every redirect behind a form, so a form of ours must not be what leads to the client.
for (const mode of ['query', 'form_post']) {
  test(`a callback that redirects to another origin is reached from the sign-in and from the consent (${mode})`, async () => {
    const page = await newPage();
    const problems = [];
    page.on('console', (message) => { if (message.type() === 'error' && !/favicon/.test(message.location().url)) problems.push(message.text()); });
    const other = await newPerson();
    await flow(page, { prompt: 'consent', state: 'hop-1', response_mode: mode });
    await page.fill('input[name=email]', other.email);
    await page.fill('input[name=password]', password);
    await page.click('form.stack button[type=submit]');
    await page.waitForURL(/\/consent\?request=/);
    await page.click('button[value=accept]');
    await page.waitForURL(home, { timeout: 10000 });
    // Agreed to already: the last form is that of the sign-in.
    await flow(page, { prompt: 'login', state: 'hop-2', response_mode: mode });
    await page.fill('input[name=email]', other.email);
    await page.fill('input[name=password]', password);
    await page.click('form.stack button[type=submit]');
    await page.waitForURL(home, { timeout: 10000 });
    // And from the page that asks about signing out.
    await page.goto(client.buildEndSessionUrl(config, { post_logout_redirect_uri: bye, state: 'hop-3' }).href);
    assert.equal(new URL(page.url()).pathname, '/logout');
    await page.click('form.stack button[type=submit]');
    await page.waitForURL(home, { timeout: 10000 });
    assert.deepEqual(problems, []);
    await page.context().close();
  });
}

test('back button, double submit and two tabs end on a page or at the client', async () => {
  const page = await newPage();
  await flow(page, { prompt: 'consent' });
  const other = await page.context().newPage();
  await flow(other, { prompt: 'consent' });
  await signIn(page);
  await page.waitForURL(/\/consent\?request=/);
  // The other tab is older than the sign-in: reloaded, it goes on too.
  await other.reload();
  await other.waitForURL(/\/consent\?request=/);
  await page.dblclick('button[value=accept]').catch(() => {});
  await page.waitForLoadState();
  await page.waitForFunction(() => document.title === 'client' || document.querySelector('h1')?.textContent.includes('over already'));
  await page.goto(issuerUrl.href + 'account');
  await page.goBack();
  // Back leads to the client, or to the page of a request that is over: never to a form that can be sent again.
  await page.waitForFunction(() => document.title === 'client' || document.querySelector('h1')?.textContent.includes('over already') || document.querySelector('main a'));
  assert.equal(await page.locator('button[value=accept]').count(), 0);
  await other.click('button[value=deny]');
  await other.waitForURL((url) => url.pathname === '/cb');
  assert.equal(new URL(other.url()).searchParams.get('error'), 'access_denied');
  await other.goBack();
  await other.reload();
  assert.match(await other.textContent('h1'), /over already/);
  assert.equal(await other.getAttribute('main a', 'href'), new URL(callback).origin);
  await page.context().close();
});

test('a browser that keeps no cookies is told so', async () => {
  const context = await chromium.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await flow(page);
  // As if none had ever been kept.
  await context.clearCookies();
  await page.reload();
  assert.match(await page.textContent('h1'), /sends no cookies/);
  await context.close();
});

/** The ten minutes of every request that waits, at once. */
const runOut = () => inDatabase(`UPDATE auth.oauth_requests SET expires_at = now() WHERE client_id = '${clientId}' AND consumed_at IS NULL`);
const granted = (id) => inDatabase(`SELECT (SELECT count(*) FROM auth.oauth_grants WHERE user_id = '${id}') || '/' || (SELECT count(*) FROM auth.oauth_consents WHERE user_id = '${id}')`);

/** A page that says what happened, in a page of ours without anything to send, and leads to the client's own site; the address shows the same again. */
async function isOver(page, answer) {
  assert.equal((await answer).status(), 400);
  for (const look of ['came', 'reloaded']) {
    assert.match(await page.textContent('h1'), /This sign-in is over already/, look);
    assert.match(await page.textContent('main'), /older than ten minutes.*Start again in the app/s, look);
    assert.equal(await page.locator('main form').count(), 0, look);
    assert.equal(await page.getByRole('link', { name: 'Back to Browser test' }).getAttribute('href'), new URL(callback).origin, look);
    assert.ok(await page.getByRole('link', { name: 'To your account' }).isVisible(), look);
    if (look === 'came') await page.goBack().then(() => page.reload());
  }
  assert.deepEqual(calls, [], 'nothing reached the client');
  await page.getByRole('link', { name: 'Back to Browser test' }).click();
  await page.waitForURL((url) => url.origin === new URL(callback).origin);
}

const formSent = (page, path) => page.waitForResponse((response) => response.request().method() === 'POST' && new URL(response.url()).pathname === path);

test('a request that runs out while its person looks at the sign-in ends on a page that leads back, and the next one works', async () => {
  const page = await newPage();
  const late = await newPerson();
  await flow(page);
  await page.fill('input[name=email]', late.email);
  await page.fill('input[name=password]', password);
  runOut();
  const answer = formSent(page, '/login');
  await page.click('form.stack button[type=submit]');
  await isOver(page, answer);
  assert.ok(!(await page.context().cookies()).some((cookie) => cookie.name.endsWith('session_token')), 'nobody was signed in for a client that gave up');

  const next = await flow(page);
  await page.fill('input[name=email]', late.email);
  await page.fill('input[name=password]', password);
  await page.click('form.stack button[type=submit]');
  await page.waitForURL(/\/consent\?request=/);
  await page.click('button[value=accept]');
  await page.waitForURL((url) => url.pathname === '/cb');
  assert.equal((await next.tokens(new URL(page.url()))).claims().sub, late.user.id);
  await page.context().close();
});

test('a request that runs out on the page of the second factor, or of the consent, grants nothing and leads back', async () => {
  const email = await newAccount();
  const own = await newPage();
  own.complaints = [];
  await signInAs(own, email);
  await own.waitForURL('**/account');
  const { codes } = await turnOn(own);
  await own.context().close();

  const page = await newPage();
  const beginWith = async () => {
    await flow(page, { prompt: 'login' });
    await page.fill('input[name=email]', email);
    await page.fill('input[name=password]', secret);
    await page.click('form.stack button[type=submit]');
    await page.waitForURL(/\/login\/code\?request=/);
    await page.getByLabel('Code').fill(codes[0]);
  };
  await beginWith();
  runOut();
  let answer = formSent(page, '/login/code');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await isOver(page, answer);

  // The code was not used up by it.
  await beginWith();
  await page.getByRole('button', { name: 'Sign in' }).click();
  for (const button of ['accept', 'deny']) {
    await page.waitForURL(/\/consent\?request=/);
    runOut();
    calls = [];
    answer = formSent(page, '/consent');
    await page.click(`button[value=${button}]`);
    await isOver(page, answer);
    assert.equal(granted(inDatabase(`SELECT id FROM auth.users WHERE email = '${email}'`)), '0/0');
    await flow(page, { prompt: 'consent' });
  }
  await page.click('button[value=accept]');
  await page.waitForURL((url) => url.pathname === '/cb');
  assert.ok(new URL(page.url()).searchParams.get('code'));
  await page.context().close();
});

test('a sign-out that a client began and that ran out still signs out', async () => {
  const page = await newPage();
  await flow(page);
  await signIn(page);
  await page.waitForURL((url) => url.pathname === '/cb' || url.pathname === '/consent');
  await page.goto(client.buildEndSessionUrl(config, { post_logout_redirect_uri: bye, state: 'late' }).href);
  assert.equal(new URL(page.url()).pathname, '/logout');
  runOut();
  await page.reload();
  assert.match(await page.textContent('h1'), /Sign out\?/);
  await page.click('form.stack button[type=submit]');
  assert.match(await page.textContent('h1'), /You are signed out/);
  await page.context().close();
});
