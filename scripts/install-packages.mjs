import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runProcess } from './run-process.mjs';

async function packagesOf(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Whether node_modules holds what the lock file asks for: npm keeps its own record of what it installed. */
async function isInstalled(root) {
  const wanted = await packagesOf(path.join(root, 'package-lock.json'));
  const present = await packagesOf(path.join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([name, entry]) => {
    if (!name.startsWith('node_modules/') || entry.optional === true) return true;
    return present[name]?.version === entry.version && present[name]?.link === entry.link;
  });
}

/** Installs the locked packages where they are missing or the lock file has changed. */
export async function installPackages(root) {
  if (await isInstalled(root)) return;
  process.stdout.write('Installing packages…\n');
  // Every native package here brings its binary prebuilt: no install script has to run.
  const { code } = await runProcess('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
  });
  if (code !== 0) {
    process.stderr.write('npm ci failed: see its message above.\n');
    process.exit(1);
  }
}
