import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';

const entry = path.resolve(import.meta.dirname, '../../apps/cli/bin/graft.mjs');

export interface Served extends AsyncDisposable {
  readonly url: string;
}

/** A workspace served by the built command on a free port, until it is let go of. Rejects where the server ends before. */
export async function serveFolder(folder: string): Promise<Served> {
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
    server.once('exit', (code) =>
      reject(new Error(`graft serve ended with ${String(code)}: ${output}`)),
    );
  });
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.kill('SIGINT');
      await once(server, 'exit');
    },
  };
}

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
