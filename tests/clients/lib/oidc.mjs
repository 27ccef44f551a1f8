// A person with a browser, as far as a sign-in needs one, and clients that register themselves.
import { at, issuer, newPerson } from './mana.mjs';

export const issuerUrl = new URL(issuer);
export const callback = 'http://127.0.0.1:9/callback';
export const bye = 'http://127.0.0.1:9/bye';
export const registrationToken = process.env.OIDC_REGISTRATION_TOKEN ?? '';
const password = 'correct-horse-battery-9';

/** RFC 7591, by hand: what is tested is what comes after. */
export async function register(metadata = {}) {
  const answer = await fetch(at('/api/auth/oauth2/register'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${registrationToken}` },
    body: JSON.stringify({ client_name: 'npm client', redirect_uris: [callback], post_logout_redirect_uris: [bye], scope: 'openid profile email offline_access', grant_types: ['authorization_code', 'refresh_token'], ...metadata }),
  });
  const body = await answer.json();
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${JSON.stringify(body)}`);
  return body;
}

/** Follows redirects, keeps cookies, signs in and agrees where a page asks; stops at the client's own address. */
export class Browser {
  #cookies = new Map();
  pages = [];

  static async newPerson() {
    const browser = new Browser();
    browser.person = await newPerson();
    return browser;
  }

  async #send(url, init = {}) {
    const answer = await fetch(url, {
      ...init, redirect: 'manual',
      headers: { 'accept-language': 'en', cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '), ...init.headers },
    });
    for (const text of answer.headers.getSetCookie()) {
      const [name, value] = text.split(';')[0].split(/=(.*)/s);
      if (/max-age=0/i.test(text)) this.#cookies.delete(name); else this.#cookies.set(name, value);
    }
    return answer;
  }

  /** Returns the address that the client is called with. */
  async open(url) {
    let answer = await this.#send(url);
    for (let step = 0; step < 12; step++) {
      const location = answer.headers.get('location');
      if (location) {
        const next = new URL(location, issuerUrl);
        if (next.origin !== issuerUrl.origin) return next;
        answer = await this.#send(at(next.pathname + next.search));
        continue;
      }
      const html = await answer.text();
      // A page that goes on by itself.
      const refresh = html.match(/<meta http-equiv="refresh" content="0;url=([^"]*)">/)?.[1].replaceAll('&amp;', '&');
      if (refresh) {
        const next = new URL(refresh, issuerUrl);
        if (next.origin !== issuerUrl.origin) return next;
        answer = await this.#send(at(next.pathname + next.search));
        continue;
      }
      const form = [...html.matchAll(/<form method="post" action="(?<action>[^"]*)"[^>]*class="stack">(?<body>.*?)<\/form>/gs)][0]?.groups;
      this.pages.push(form?.action);
      if (!form) throw new Error(`${answer.status}: ${html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')}`);
      const fields = new URLSearchParams([...form.body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(([, name, value]) => [name, value.replaceAll('&amp;', '&')]));
      if (form.action === '/login') { fields.set('email', this.person.email); fields.set('password', password); }
      if (form.action === '/consent' || (form.action === '/device' && fields.has('user_code'))) fields.set('answer', 'accept');
      answer = await this.#send(at(form.action), { method: 'POST', body: fields, headers: { origin: issuerUrl.origin } });
      if (form.action === '/device' && answer.status === 303) return null;
    }
    throw new Error('too many steps');
  }

  /** The pages that asked something since the last time. */
  asked() { return this.pages.splice(0); }
}
