import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Site } from './plain-site.ts';

const entry = path.resolve(import.meta.dirname, '../../apps/cli/bin/graft.mjs');

/** A new workspace with graph files, by name, served by the built command on a free port. */
export async function serveGraphs(files: Readonly<Record<string, string>>): Promise<Site> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-bench-canvas-')));
  for (const [name, text] of Object.entries(files))
    await writeFile(path.join(folder, `${name}.graft.json`), text);
  const server = spawn(process.execPath, [entry, 'serve', folder, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    server.stdout.setEncoding('utf8').on('data', (data: string) => {
      output += data;
      const found = /http:\/\/\S+/.exec(output);
      if (found !== null) resolve(found[0]);
    });
    server.once('exit', (code) => reject(new Error(`graft serve ended with ${code}: ${output}`)));
  });
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.kill('SIGINT');
      await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
