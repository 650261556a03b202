import { defineConfig } from '@playwright/test';
import { noOtherTools } from '../runtime/backends/testing/no-other-tools.ts';
import { findChromium } from '../scripts/find-chromium.mjs';

const executablePath = await findChromium();
/** Recording every step takes about a fifth more processor time, so failures are traced on request only: `GRAFT_TRACE=1`. */
const traced = (process.env['GRAFT_TRACE'] ?? '') !== '';

// Servers of tests inherit it.
Object.assign(process.env, noOtherTools);

/** Soaks run only when named. Workers read this file too, and learn it from the environment. */
if (process.argv.join('=').includes('--project=soak')) process.env['GRAFT_SOAK'] = '1';
const soaks = '**/*.soak.spec.ts';
const soak = { name: 'soak', testMatch: soaks };

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  // A worker keeps about seven tenths of a core busy: three fill two.
  workers: 3,
  projects: [
    // They run models on every core, and later ones find what earlier ones computed: one after another.
    { name: 'examples', testDir: 'examples', testIgnore: soaks, workers: 1 },
    { name: 'screen', testIgnore: ['examples/**', soaks], timeout: 300_000 },
    ...((process.env['GRAFT_SOAK'] ?? '') === '' ? [] : [soak]),
  ],
  timeout: 600_000,
  expect: { timeout: 30_000, toPass: { timeout: 60_000, intervals: [50, 100, 250] } },
  reporter: 'list',
  outputDir: 'test-results',
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    // One context per worker. Playwright empties it between tests, and the scripts stay fetched and compiled.
    reuseContext: true,
    trace: traced ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    actionTimeout: 60_000,
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
