// npm run docs: writes the references in docs/ from the definitions of commands and nodes.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { references, root } from './docs/references.ts';

for (const [page, text] of await references()) {
  await writeFile(path.join(root, page), text);
  process.stdout.write(`Wrote ${page}\n`);
}
