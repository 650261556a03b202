// What each node type and engine computes with, as one hash: code that gives other results must not keep its cache keys.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, transform } from 'esbuild';

/** One line each, so that two branches that changed two nodes merge by themselves. */
export const ledgerFile = 'nodes/fingerprints.txt';

/** Code that nodes reach through the context: its revision is part of the engine's version in keys. */
const engines = {
  onnxruntime: { folders: ['runtime/backends/onnx'], revision: 'runtime/backends/versions.ts' },
  'llama.cpp': { folders: ['runtime/backends/llama'], revision: 'runtime/backends/versions.ts' },
  remote: { folders: ['runtime/backends/remote'], revision: 'runtime/backends/versions.ts' },
  lance: { folders: ['runtime/backends/lance'], revision: 'runtime/backends/versions.ts' },
  training: {
    folders: ['adapters', 'architectures', 'autodiff', 'encoders', 'formats', 'ir', 'loop', 'onnx']
      .concat(['optimizer', 'service'])
      .map((name) => `runtime/training/${name}`),
    revision: 'runtime/training/version.ts',
  },
};

/** @typedef {{ name: string, revision: number, hash: string, files: string[], raise: string }} Fingerprint */

/** The fingerprints of the code as it is. @returns {Promise<Fingerprint[]>} */
export async function currentFingerprints(root) {
  const types = readdirSync(path.join(root, 'nodes'))
    .filter((name) => existsSync(path.join(root, 'nodes', name, 'run.ts')))
    .sort();
  const nodes = await Promise.all(types.map((type) => nodeFingerprint(root, type)));
  const others = await Promise.all(
    Object.keys(engines).map((name) => engineFingerprint(root, name)),
  );
  return [...nodes, ...others];
}

/** A node's code as it is bundled, without comments and types; of packages only their versions. */
async function nodeFingerprint(root, type) {
  const { outputFiles, metafile } = await build({
    entryPoints: [path.join(root, 'nodes', type, 'run.ts')],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    minifyWhitespace: true,
    legalComments: 'none',
    plugins: [{ name: 'outside', setup: outside }],
  });
  const { dependencies } = readJson(root, 'nodes/package.json');
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const code = outputFiles.map(({ text }) => text);
  // A thread imports by itself what its starter resolves.
  const resolved = code.flatMap((text) => [...text.matchAll(/\.resolve\("([^"]+)"\)/g)]);
  const versions = [...imports.map(({ path: name }) => name), ...resolved.map(([, name]) => name)]
    .map(packageName)
    .filter((name) => name in dependencies && !name.startsWith('@graft/'))
    .map((name) => `${name}@${dependencies[name]}`);
  const raise = `nodes/${type}/node.ts`;
  const revision = numberAfter(root, raise, 'implementation:');
  const files = Object.keys(metafile.inputs);
  return {
    name: type,
    revision,
    hash: hashOf([...code, ...new Set(versions.sort())]),
    files,
    raise,
  };
}

/** Packages, and the definition: its parameters are key parts by themselves. */
function outside({ onResolve }) {
  onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
    kind === 'entry-point' ? undefined : { path: name, external: true },
  );
  onResolve({ filter: /\/node\.ts$/ }, ({ path: name }) => ({ path: name, external: true }));
}

async function engineFingerprint(root, name) {
  const { folders, revision: raise } = engines[name];
  const files = folders
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true }).map((file) =>
        path.posix.join(folder, file.split(path.sep).join('/')),
      ),
    )
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|\/(testing|fixtures)\//.test(file))
    .sort();
  const code = await Promise.all(
    files.map(async (file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      return (await transform(text, { loader: 'ts', minifyWhitespace: true })).code;
    }),
  );
  const revision = numberAfter(root, raise, `${name} code`);
  return { name: `engine/${name}`, revision, hash: hashOf(code), files, raise };
}

/** The committed ledger: name → revision and hash. */
export function readLedger(root) {
  const file = path.join(root, ledgerFile);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const entries = lines
    .map((line) => line.split(' '))
    .filter(([name, , hash]) => name !== '#' && hash !== undefined);
  return new Map(
    entries.map(([name, revision, hash]) => [name, { revision: Number(revision), hash }]),
  );
}

export function writeLedger(root, ledger) {
  const lines = [...ledger]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { revision, hash }]) => `${name} ${revision} ${hash}`);
  const head =
    '# node or engine, its implementation, hash of its code: see CONTRIBUTING.md, "Fingerprints"';
  writeFileSync(path.join(root, ledgerFile), `${[head, ...lines].join('\n')}\n`);
}

/** What differs from the ledger: `raised` needs recording only, `changed` a decision. */
export function compareWithLedger(current, ledger) {
  const known = new Set(current.map(({ name }) => name));
  const gone = [...ledger.keys()].filter((name) => !known.has(name));
  const raised = [];
  const changed = [];
  for (const one of current) {
    const entry = ledger.get(one.name);
    if (entry?.revision === one.revision && entry.hash !== one.hash) changed.push(one);
    else if (entry === undefined || entry.revision !== one.revision) raised.push(one);
  }
  return { gone, raised, changed };
}

/** The files of a fingerprint that changed since it was recorded; none where git cannot tell. */
export function changedFiles(root, { files }, hash) {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  try {
    const commit = git('log', '-1', '--format=%H', `-S${hash}`, '--', ledgerFile);
    if (commit === '') return [];
    return git('diff', '--name-only', commit, '--', ...files)
      .split('\n')
      .filter(Boolean);
  } catch {
    return [];
  }
}

function readJson(root, file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}

function numberAfter(root, file, mark) {
  const text = readFileSync(path.join(root, file), 'utf8');
  const at = text.indexOf(mark);
  return at === -1 ? 0 : Number.parseInt(text.slice(at + mark.length).replace(/^\D*/, ''), 10);
}

const packageName = (name) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

const hashOf = (parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(String(part.length)).update('\0').update(part);
  return hash.digest('hex').slice(0, 16);
};
