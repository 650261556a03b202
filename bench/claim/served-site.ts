import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { allowSite } from '../env.ts';
import type { Claim } from './claim-file.ts';

export interface ServedSite extends AsyncDisposable {
  /** The address that it stands at. */
  readonly url: string;
}

/**
 * Starts the script of an example that serves what its graph reads from the web, and lets graphs read it; nothing where it
 * has none. `anywhere`: at a port that is free, in the place of the one that the example names.
 */
export async function serveSite(
  folder: string,
  { serves }: Pick<Claim, 'serves'>,
  { anywhere = false }: { readonly anywhere?: boolean } = {},
): Promise<ServedSite | undefined> {
  if (serves === undefined) return undefined;
  const port = anywhere ? '0' : new URL(serves.url).port;
  const script = spawn(process.execPath, [path.join(folder, serves.script), port], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    script.stdout.setEncoding('utf8').once('data', (line: string) => resolve(line.trim()));
    script.once('exit', (code) => reject(new Error(`${serves.script} ended with ${code}.`)));
  });
  allowSite(url);
  return {
    url,
    async [Symbol.asyncDispose]() {
      script.kill();
      if (script.exitCode === null && script.signalCode === null) await once(script, 'exit');
    },
  };
}

/** Has an example that was copied name another address in the place of its own. */
export async function moveSite(
  folder: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/\.jsonl?$/.test(name)) continue;
    const file = path.join(folder, name);
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll(from, to));
  }
}
