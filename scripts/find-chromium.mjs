import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const places = [
  // It draws a third faster than the whole browser.
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** A registry package that carries a headless Chromium and the libraries it needs, for Linux on x64. */
export const carrier = { name: '@sparticuz/chromium', version: '138.0.2' };

/** Where the carried Chromium is kept, outside the checkout. */
export function carriedFolder() {
  const cache = process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache');
  return path.join(cache, 'graft', `chromium-${carrier.version}`);
}

/**
 * A Chromium of this machine: `$CHROMIUM_PATH`, an installed one, one that Playwright downloaded, or one
 * that came with a package.
 * @returns {Promise<string | undefined>}
 */
export async function findChromium() {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') return named;
  const installed = places.find((place) => existsSync(place));
  if (installed !== undefined) return installed;
  const { chromium } = await import('@playwright/test');
  const own = chromium.executablePath();
  const carried = path.join(carriedFolder(), 'chromium.sh');
  return [own, carried].find((file) => existsSync(file));
}
