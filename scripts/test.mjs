// npm test: installs, builds, and runs every test. The last line is `N passed, N failed, N skipped`.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bringChromium } from './bring-chromium.mjs';
import { buildProject } from './build-project.mjs';
import { installPackages } from './install-packages.mjs';
import { requireNode } from './node-version.mjs';
import { oneAtATime } from './one-at-a-time.mjs';
import { runProcess } from './run-process.mjs';
import {
  addCounts,
  playwrightCounts,
  playwrightFailures,
  vitestCounts,
  vitestFailures,
} from './test-counts.mjs';

requireNode();
const root = path.resolve(import.meta.dirname, '..');
await oneAtATime(root, async () => {
  await installPackages(root);
  await buildProject(root);
});
const reports = await mkdtemp(path.join(os.tmpdir(), 'graft-reports-'));

/** Counts and failures of a report. A run that fails without a failed test (an unhandled error, no test found) counts as one. */
async function readReport({ name, file, code }, readCounts, readFailures) {
  try {
    const report = JSON.parse(await readFile(file, 'utf8'));
    const counts = readCounts(report);
    if (code === 0 || counts.failed > 0) return { counts, failures: readFailures(report) };
    return failedOnce(`${name} ended with code ${code}, and no test of it failed`, counts);
  } catch (error) {
    return failedOnce(`${name} gave no report: ${error.message}`);
  }
}

function failedOnce(failure, counts = { passed: 0, skipped: 0 }) {
  return { counts: { ...counts, failed: 1 }, failures: [failure] };
}

async function vitest() {
  const file = path.join(reports, 'vitest.json');
  const bin = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { code } = await runProcess(
    process.execPath,
    [bin, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    { cwd: root },
  );
  return readReport({ name: 'Vitest', file, code }, vitestCounts, vitestFailures);
}

async function playwright() {
  const chromium = await bringChromium(root);
  if (chromium === undefined) {
    return failedOnce(
      'The browser tests need Chromium; none was found and none could be brought. Install it (Debian: apt-get install chromium), or name one with CHROMIUM_PATH.',
    );
  }
  const file = path.join(reports, 'playwright.json');
  const cli = path.join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const { code } = await runProcess(process.execPath, [cli, 'test', '--reporter=list,json'], {
    cwd: path.join(root, 'e2e'),
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file, CHROMIUM_PATH: chromium },
  });
  return readReport({ name: 'Playwright', file, code }, playwrightCounts, playwrightFailures);
}

const runs = [await vitest(), await playwright()];
await rm(reports, { recursive: true, force: true });
// Named at the end once more: what failed first is far above by then.
for (const failure of runs.flatMap((run) => run.failures))
  process.stdout.write(`failed: ${failure}\n`);
const { passed, failed, skipped } = addCounts(runs.map((run) => run.counts));
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
