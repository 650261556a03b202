// What `npm test` and `npm run soak` share: they install, build, run Vitest and Playwright, and print one summary.
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
  playwrightFiles,
  slowest,
  vitestCounts,
  vitestFailures,
  vitestFiles,
} from './test-counts.mjs';

/** @typedef {{ projects: string[], files?: string[] }} Selection Projects of a runner, and the files of them; all where none is named. */
/** @typedef {{ counts: import('./test-counts.mjs').Counts, failures: string[], files: import('./test-counts.mjs').TimedFile[] }} Outcome */

const root = path.resolve(import.meta.dirname, '..');

const runners = {
  vitest: {
    folder: root,
    args: ({ projects, files = [] }, report) => [
      path.join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      ...files,
      ...projects.map((name) => `--project=${name}`),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    read: { counts: vitestCounts, failures: vitestFailures, files: vitestFiles },
  },
  playwright: {
    folder: path.join(root, 'e2e'),
    args: ({ projects, files = [] }) => [
      path.join(root, 'node_modules', '@playwright', 'test', 'cli.js'),
      'test',
      ...files,
      ...projects.map((name) => `--project=${name}`),
      '--reporter=list,json',
    ],
    read: { counts: playwrightCounts, failures: playwrightFailures, files: playwrightFiles },
  },
};

/**
 * Runs one runner, and reads its report. A run that fails without a failed test (an unhandled error, no test found) counts as one failed.
 * @param {'vitest' | 'playwright'} name
 * @param {Selection} selection
 * @param {{ file: string, env?: Record<string, string> }} report
 * @returns {Promise<Outcome>}
 */
async function runTests(name, selection, { file, env = {} }) {
  const { folder, args, read } = runners[name];
  const { code } = await runProcess(process.execPath, args(selection, file), { cwd: folder, env });
  try {
    const report = JSON.parse(await readFile(file, 'utf8'));
    const counts = read.counts(report);
    const files = read.files(report, root);
    if (code === 0 || counts.failed > 0) return { counts, failures: read.failures(report), files };
    return failedOnce(`${name} ended with code ${code}, and no test of it failed`, counts, files);
  } catch (error) {
    return failedOnce(`${name} wrote no report: ${error.message}`);
  }
}

function failedOnce(failure, counts = { passed: 0, skipped: 0 }, files = []) {
  return { counts: { ...counts, failed: 1 }, failures: [failure], files };
}

async function playwright(selection, reports) {
  const chromium = await bringChromium(root);
  if (chromium === undefined) {
    return failedOnce(
      'The browser tests need Chromium; none was found and none could be installed. Install it (Debian: apt-get install chromium-headless-shell), or name one with CHROMIUM_PATH.',
    );
  }
  const file = path.join(reports, 'playwright.json');
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: file, CHROMIUM_PATH: chromium };
  return runTests('playwright', selection, { file, env });
}

/**
 * Installs, builds and runs what is selected. Prints the ten slowest files, what failed, and as its last line `N passed, N failed, N skipped`.
 * @param {{ vitest?: Selection, playwright?: Selection }} selections
 */
export async function testProject(selections) {
  requireNode();
  await oneAtATime(root, async () => {
    await installPackages(root);
    await buildProject(root);
  });
  const reports = await mkdtemp(path.join(os.tmpdir(), 'graft-reports-'));
  const runs = [];
  if (selections.vitest !== undefined) {
    const file = path.join(reports, 'vitest.json');
    runs.push(await runTests('vitest', selections.vitest, { file }));
  }
  if (selections.playwright !== undefined) {
    runs.push(await playwright(selections.playwright, reports));
  }
  await rm(reports, { recursive: true, force: true });

  process.stdout.write('The slowest files, in seconds:\n');
  for (const { file, seconds } of slowest(runs.flatMap(({ files }) => files)))
    process.stdout.write(`${seconds.toFixed(1).padStart(8)}  ${file}\n`);
  // Named at the end once more: what failed first is far above by then.
  for (const failure of runs.flatMap(({ failures }) => failures))
    process.stdout.write(`failed: ${failure}\n`);
  const { passed, failed, skipped } = addCounts(runs.map(({ counts }) => counts));
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
