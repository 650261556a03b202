// The exported page names its files relative to itself, so that a proxy may put it below any path. Turbopack's workers
// alone take such names as relative to the host: they are given the page's folder here.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const chunks = path.join(import.meta.dirname, 'out', '_next', 'static', 'chunks');
/** Where the helper that starts a worker reads the folder of all chunks: `t.b`. */
const folderOfChunks = /("SharedWorker"===[\w$]+\.name,[\w$]+=)([\w$]+\.b)(?=,)/g;

let found = 0;
for (const name of await readdir(chunks)) {
  if (!name.endsWith('.js')) continue;
  const file = path.join(chunks, name);
  const script = await readFile(file, 'utf8');
  const relocated = script.replace(folderOfChunks, '$1new URL($2,document.baseURI).pathname');
  if (relocated === script) continue;
  found += 1;
  await writeFile(file, relocated);
}
if (found === 0) {
  throw new Error(
    'No script of the page starts workers as relocate-workers.mjs expects: look at what the new version of Next writes.',
  );
}
