// npm test: installs, builds, and runs every test. The last line is `N passed, N failed, N skipped`.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bringChromium } from './bring-chromium.mjs';
import { buildProject } from './build-project.mjs';
import { installPackages } from './install-packages.mjs';
import { requireNode } from './node-version.mjs';
import { runProcess } from './run-process.mjs';
import { addCounts, playwrightCounts, vitestCounts } from './test-counts.mjs';

requireNode();
const root = path.resolve(import.meta.dirname, '..');
await installPackages(root);
await buildProject(root);
const reports = await mkdtemp(path.join(os.tmpdir(), 'graft-reports-'));

async function count(name, file, read) {
  try {
    return read(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    process.stderr.write(`${name} gave no report: ${error.message}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** A run that fails without a failed test (an unhandled error, no test found) counts as one failed. */
function withExit(counts, code) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

async function vitest() {
  const file = path.join(reports, 'vitest.json');
  const bin = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { code } = await runProcess(
    process.execPath,
    [bin, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    { cwd: root },
  );
  return withExit(await count('Vitest', file, vitestCounts), code);
}

async function playwright() {
  const chromium = await bringChromium(root);
  if (chromium === undefined) {
    process.stderr.write(
      'The browser tests need Chromium; none was found and none could be brought. Install it (Debian: apt-get install chromium), or name one with CHROMIUM_PATH.\n',
    );
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const file = path.join(reports, 'playwright.json');
  const cli = path.join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const { code } = await runProcess(process.execPath, [cli, 'test', '--reporter=list,json'], {
    cwd: path.join(root, 'e2e'),
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file, CHROMIUM_PATH: chromium },
  });
  return withExit(await count('Playwright', file, playwrightCounts), code);
}

const { passed, failed, skipped } = addCounts([await vitest(), await playwright()]);
await rm(reports, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
