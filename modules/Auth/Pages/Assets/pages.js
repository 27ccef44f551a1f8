// The little that a page cannot do without script: copying a secret. Passkeys are in their own part below.
for (const secret of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button');
  const german = document.documentElement.lang === 'de';
  button.type = 'button';
  button.className = 'secondary';
  button.textContent = german ? 'Kopieren' : 'Copy';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(secret.textContent.trim());
    button.textContent = german ? 'Kopiert' : 'Copied';
  });
  secret.after(' ', button);
}
