import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test as base } from '@playwright/test';

const root = path.resolve(import.meta.dirname, '..');
/** The built command. */
export const graftEntry = path.join(root, 'apps/cli/bin/graft.mjs');
export const examples = path.join(root, 'examples');

/** A copy of the examples, served by the built command on a free port. Its results stay in the copy. */
export interface ServedWorkspace {
  readonly url: string;
  readonly folder: string;
}

export async function serve(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = ['--port', '0'],
): Promise<{ process: ChildProcess; url: string }> {
  const server = spawn(process.execPath, [graftEntry, 'serve', folder, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // No hub but one of this machine.
    env: { ...process.env, HF_HUB_OFFLINE: env['HF_ENDPOINT'] === undefined ? '1' : '', ...env },
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
  return { process: server, url };
}

/** Runs the built command to its end; throws what it printed when it fails. */
export async function runGraft(args: readonly string[]): Promise<{ readonly stdout: string }> {
  const graft = spawn(process.execPath, [graftEntry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, errors] = ['', ''];
  graft.stdout.setEncoding('utf8').on('data', (data: string) => (stdout += data));
  graft.stderr.setEncoding('utf8').on('data', (data: string) => (errors += data));
  const [code] = await once(graft, 'close');
  if (code === 0) return { stdout };
  throw new Error(`graft ${args.join(' ')} ended with ${String(code)}: ${errors}`);
}

/** Serves an empty workspace with models of its own while `use` works with it. */
export async function withModels(
  imported: Readonly<Record<string, unknown>>,
  use: (url: string, workspace: string) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-models-')));
  const workspace = path.join(folder, 'workspace');
  await mkdir(workspace);
  await writeFile(path.join(folder, 'imported.json'), JSON.stringify(imported));
  const server = await serve(workspace, { ...env, GRAFT_MODELS: folder });
  try {
    await use(server.url, workspace);
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

/** `test` in its worker's reused context. Resets what Playwright leaves as it is between tests. */
export const browserTest = base.extend({
  context: async ({ context }, use) => {
    await use(context);
    await Promise.all([context.clearPermissions(), context.setOffline(false)]);
  },
});

/**
 * `test` with a served workspace that all tests share which one worker of Playwright runs, those of other files too:
 * later ones find a warm cache, and the runs and the files that earlier ones left.
 */
export const test = browserTest.extend<object, { workspace: ServedWorkspace }>({
  workspace: [
    // Playwright wants the fixtures destructured, though none is needed.
    async ({}, use) => {
      const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-')));
      await cp(examples, folder, {
        recursive: true,
        filter: (from) => !from.includes('.graft/') && path.basename(from) !== '.graft',
      });
      const server = await serve(folder);
      await use({ url: server.url, folder });
      server.process.kill('SIGINT');
      await once(server.process, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 60_000 },
  ],
});
export { expect } from '@playwright/test';
