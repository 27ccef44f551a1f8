// The little that pages cannot do without script: copying a secret, and passkeys (WebAuthn Level 3).
const german = document.documentElement.lang === 'de';
const say = (de, en) => (german ? de : en);

for (const secret of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'secondary';
  button.textContent = say('Kopieren', 'Copy');
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(secret.textContent.trim());
    button.textContent = say('Kopiert', 'Copied');
  });
  secret.after(button);
}

const canPasskeys = 'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

async function ask(path, body) {
  const answer = await fetch('/api/v1/auth/' + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const json = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(json.error), { code: json.error });
  return json;
}

const words = {
  RATE_LIMITED: say('Zu viele Versuche. Bitte warte einen Moment.', 'Too many attempts. Please wait a moment.'),
  PASSKEY_VERIFICATION_FAILED: say('Dieser Passkey gilt hier nicht.', 'This passkey does not work here.'),
  CONFLICT: say('Dieser Passkey ist schon hinterlegt.', 'This passkey is stored already.'),
};

function tell(place, error) {
  // Somebody who closed the browser's window knows that they did.
  if (error.name === 'NotAllowedError' || error.name === 'AbortError') return;
  let notice = place.querySelector('[role=alert]');
  if (!notice) {
    notice = document.createElement('p');
    notice.className = 'notice bad';
    notice.setAttribute('role', 'alert');
    place.prepend(notice);
  }
  notice.textContent = error.name === 'InvalidStateError' ? words.CONFLICT : words[error.code] ?? say('Das ging nicht. Versuche es noch einmal.', 'That did not work. Try again.');
}

const entry = document.querySelector('[data-passkey-sign-in]');
if (entry && canPasskeys) {
  let waiting;
  const signIn = async (mediation) => {
    waiting?.abort();
    waiting = new AbortController();
    const { signal } = waiting;
    const { options, challengeId } = await ask('passkeys/authenticate/options', {});
    const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), mediation, signal });
    await ask('passkeys/authenticate/verify', { challengeId, credential: credential.toJSON() });
    location.assign(entry.dataset.passkeySignIn);
  };
  entry.hidden = false;
  entry.querySelector('button').addEventListener('click', () => signIn('optional').catch((error) => tell(entry, error)));
  if (await PublicKeyCredential.isConditionalMediationAvailable?.()) signIn('conditional').catch(() => {});
}

const proof = document.querySelector('[data-passkey-confirm]');
if (proof && canPasskeys) {
  proof.hidden = false;
  proof.querySelector('button').addEventListener('click', async () => {
    try {
      const { options, challengeId } = await ask('passkeys/authenticate/options', { stepUp: true });
      const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      await ask('step-up', { passkey: { challengeId, credential: credential.toJSON() } });
      location.assign(proof.dataset.passkeyConfirm);
    } catch (error) {
      tell(proof, error);
    }
  });
}

const newPasskey = document.querySelector('[data-passkey-new]');
if (newPasskey && canPasskeys) {
  newPasskey.hidden = false;
  newPasskey.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const { options, challengeId } = await ask('passkeys/register/options', {});
      const credential = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
      await ask('passkeys/register/verify', { challengeId, credential: credential.toJSON(), friendlyName: newPasskey.elements.name.value || undefined });
      location.assign('/account/security?done=passkey');
    } catch (error) {
      if (error.code === 'STEP_UP_REQUIRED') location.assign('/account/confirm?next=/account/security');
      else tell(newPasskey, error);
    }
  });
}
