import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runProcess } from './run-process.mjs';

const sources = [
  'apps',
  'nodes',
  'runtime',
  'prisma',
  'scripts',
  'package-lock.json',
  'turbo.json',
];
const made = new Set(['node_modules', 'dist', 'out', '.next', '.turbo', 'fixtures']);
/** Files that a build writes among the sources, and those that it does not read. */
const written = /\.(test|gen)\.tsx?$|\.tsbuildinfo$|^(next-env\.d\.ts)$/;
const outputs = ['apps/cli/dist/graft.mjs', 'apps/web/out/index.html'];

async function* filesBelow(at) {
  let entries;
  try {
    entries = await readdir(at, { withFileTypes: true });
  } catch {
    yield at;
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(at, entry.name);
    if (entry.isDirectory()) {
      if (!made.has(entry.name)) yield* filesBelow(file);
    } else if (!written.test(entry.name)) {
      yield file;
    }
  }
}

/** One hash of everything that a build reads; about 50 ms, where asking turbo takes seconds. */
async function sourcesHash(root) {
  const hash = createHash('sha256').update(process.version);
  for (const source of sources) {
    for await (const file of filesBelow(path.join(root, source))) {
      hash.update(`\0${path.relative(root, file)}\0`).update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

export function runTurbo(root, args) {
  const turbo = path.join(root, 'node_modules', 'turbo', 'bin', 'turbo');
  return runProcess(process.execPath, [turbo, 'run', ...args, '--output-logs=errors-only'], {
    cwd: root,
  });
}

/** Generates and builds what has changed since the last build. */
export async function buildProject(root) {
  const stamp = path.join(root, 'node_modules', '.cache', 'graft', 'build-stamp');
  const hash = await sourcesHash(root);
  const last = await readFile(stamp, 'utf8').catch(() => '');
  if (last === hash && outputs.every((file) => existsSync(path.join(root, file)))) return;
  process.stdout.write('Building…\n');
  const { code } = await runTurbo(root, ['build']);
  if (code !== 0) {
    process.stderr.write('The build failed: see its message above.\n');
    process.exit(1);
  }
  await mkdir(path.dirname(stamp), { recursive: true });
  await writeFile(stamp, hash);
}
