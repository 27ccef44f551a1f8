// Headless Chromium of the system, driven by playwright-core; nothing is downloaded.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const places = [
  process.env.MANA_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export function launch() {
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error('Chromium is missing; install it (Debian: chromium) or say where it is in MANA_CHROMIUM');
  return chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
