// npm run check: everything that reads the code without running it. Prints what failed, plainly.
import os from 'node:os';
import path from 'node:path';
import { installPackages } from './install-packages.mjs';
import { requireNode } from './node-version.mjs';
import { runProcess } from './run-process.mjs';

requireNode();
const root = path.resolve(import.meta.dirname, '..');
await installPackages(root);

const bin = (name) => path.join(root, 'node_modules', ...name.split('/'));
const node = process.execPath;
const generate = [
  'generate',
  node,
  [bin('turbo/bin/turbo'), 'run', 'generate', '--output-logs=errors-only'],
];
const lint = [
  'lint and boundaries',
  node,
  // The types of all packages at once are more than Node's heap holds by itself.
  ['--max-old-space-size=8192', bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'],
];
const others = [
  ['types', node, [path.join(root, 'scripts', 'typecheck.mjs')]],
  [
    'import cycles',
    node,
    [
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['runtime', 'nodes', 'prisma', 'apps', 'bench', 'e2e', 'scripts'],
    ],
  ],
  ['dead code', node, [bin('knip/bin/knip.js')]],
  ['fingerprints', node, [path.join(root, 'scripts', 'check-fingerprints.mjs')]],
  ['format', node, [bin('prettier/bin/prettier.cjs'), '--check', '.']],
];

const failed = [];
/** Runs steps one after the other, and says how each ended. */
async function take(steps) {
  for (const [name, command, args] of steps) {
    const began = performance.now();
    const { code, output } = await runProcess(command, args, { cwd: root, quiet: true });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
    if (code === 0) continue;
    failed.push(name);
    process.stdout.write(`${output.trimEnd()}\n`);
  }
}

/** Bytes of memory for the lint, which holds all types, and the others beside it. */
const forBoth = 14e9;

await take([generate]);
// Without the generated registries nothing that follows could be right.
if (failed.length === 0) {
  // The lint takes as long as all else, and one core.
  const lanes = os.totalmem() < forBoth ? [[lint, ...others]] : [[lint], others];
  await Promise.all(lanes.map(take));
}
if (failed.length > 0) {
  process.stdout.write(`check failed: ${failed.join(', ')}\n`);
  process.exitCode = 1;
}
