import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const folders = ['apps', 'bench', 'e2e', 'nodes', 'prisma', 'runtime', 'scripts'];
const passedOver = new Set(['node_modules', 'dist', 'out', '.next', '.turbo']);
const isSoak = /\.soak\.(test|spec)\.tsx?$|\.sampled\.(.+\.)?test\.tsx?$/;

async function* filesBelow(folder) {
  for (const entry of await readdir(path.join(root, folder), { withFileTypes: true })) {
    const file = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) yield file;
    else if (!passedOver.has(entry.name)) yield* filesBelow(file);
  }
}

/** The files of the soak, of Vitest and of Playwright, as paths below the checkout. */
export async function soakFiles() {
  const found = [];
  for (const folder of folders) {
    for await (const file of filesBelow(folder)) if (isSoak.test(file)) found.push(file);
  }
  return found.sort();
}

/**
 * A share of the files, at least one. The same seed always chooses the same of them.
 * @param {readonly string[]} files
 * @param {{ share: number, seed: string }} choice
 */
export function chosenFiles(files, { share, seed }) {
  const rank = (file) => createHash('sha256').update(`${seed}\0${file}`).digest('hex');
  return files
    .map((file) => ({ file, at: rank(file) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, Math.ceil(files.length * share))
    .map(({ file }) => file)
    .sort();
}
