import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { serveFolder, type Served } from '../report/serve-folder.ts';

/** A new workspace with graph files, by name, served until it is let go of. */
export async function serveGraphs(files: Readonly<Record<string, string>>): Promise<Served> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-bench-canvas-')));
  for (const [name, text] of Object.entries(files))
    await writeFile(path.join(folder, `${name}.graft.json`), text);
  const served = await serveFolder(folder);
  return {
    url: served.url,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
