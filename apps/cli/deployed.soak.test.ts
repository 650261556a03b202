import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findGoProgram } from '../../runtime/backends/testing/foreign-server.ts';
import { graft, temporaryFolder, type Finished } from './testing/graft-process.ts';

const root = path.resolve(import.meta.dirname, '../..');
const exec = promisify(execFile);
const postgres = await startPostgres();
const gateway = await findGoProgram({
  ...{ name: 'versitygw', version: 'v1.8.0', minutes: 3 },
  module: 'github.com/versity/versitygw/cmd/versitygw',
});
const missing = postgres === undefined ? noPostgres : gateway.missing;
const folders: string[] = [];
const scripts: ChildProcess[] = [];
afterAll(async () => {
  for (const script of scripts) await end(script);
  await postgres?.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 20 });
});

async function folderOf(): Promise<string> {
  const folder = await temporaryFolder();
  folders.push(folder);
  return folder;
}

/** What Ctrl+C does. Gives the exit code. */
async function end(script: ChildProcess): Promise<number | null> {
  if (script.exitCode !== null || script.signalCode !== null) return script.exitCode;
  const exited = once(script, 'exit');
  script.kill('SIGINT');
  await exited;
  return script.exitCode;
}

/** `deploy/local.mjs` on a workspace, once its workers take steps. Gives the environment of its server. */
async function start(workspace: string, database: string, programs: string) {
  const script = spawn(
    process.execPath,
    [path.join(root, 'deploy/local.mjs'), workspace, '--port', '0'],
    {
      env: {
        ...{ ...process.env, GRAFT_DATABASE: database, GRAFT_ARTIFACTS: '' },
        PATH: [programs, process.env['PATH']].join(path.delimiter),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  scripts.push(script);
  let output = '';
  script.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  for (const line of ['worker-1: Takes steps', 'worker-2: Takes steps', '/?token=']) {
    await expect.poll(() => output, { timeout: 120_000 }).toContain(line);
  }
  const text = await readFile(path.join(workspace, '.graft/local/settings.sh'), 'utf8');
  const settings = [...text.matchAll(/^export (\w+)='(.*)'$/gm)];
  return { script, env: Object.fromEntries(settings.map(([, name, value]) => [name, value])) };
}

const finishedSchema = z.object({
  status: z.literal('succeeded'),
  steps: z.array(z.object({ node: z.string(), status: z.string() })),
});

function statusesOf({ code, stdout, stderr }: Finished): string[] {
  expect(code, stderr).toBe(0);
  const last: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  return [...new Set(finishedSchema.parse(last).steps.map(({ status }) => status))];
}

const title = `deploy/local.mjs${missing === undefined ? '' : ` (${missing})`}`;
describe.skipIf(missing !== undefined)(title, { timeout: 900_000 }, () => {
  const address = postgres?.address ?? 'postgres://none';
  const args = ['run', 'rag-quickstart.graft.json', '--json', '--set', 'questions.limit=1'];

  it('computes on its workers, and a backup of it is restored elsewhere', async () => {
    const [workspace, elsewhere, programs] = [await folderOf(), await folderOf(), await folderOf()];
    await symlink(gateway.path ?? '', path.join(programs, 'versitygw'));
    const filter = (from: string): boolean => path.basename(from) !== '.graft';
    for (const folder of [workspace, elsewhere]) {
      await cp(path.join(root, 'examples'), folder, { recursive: true, filter });
    }

    const first = await start(workspace, address, programs);
    const run = await graft(args, { cwd: workspace, env: first.env });
    expect(statusesOf(run)).toEqual(['succeeded']);
    const machines = run.stdout.match(/The worker [^"]* computes this step/g) ?? [];
    expect(machines.length).toBeGreaterThan(5);

    // As the documentation tells: the database, then the bucket, and the id of the workspace.
    const dump = path.join(elsewhere, 'graft.dump');
    await exec('pg_dump', ['--format', 'custom', '--schema', 'graft', '--file', dump, address]);
    const [from, to] = [workspace, elsewhere].map((each) => path.join(each, '.graft/local'));
    if (from === undefined || to === undefined) throw new Error('no folders');
    await mkdir(path.join(to, 'server'), { recursive: true });
    await cp(path.join(from, 's3'), path.join(to, 's3'), { recursive: true });
    await cp(path.join(from, 'server/workspace'), path.join(to, 'server/workspace'));
    expect(await end(first.script)).toBe(0);

    const restored = new URL(address);
    restored.pathname = '/restored';
    await exec('psql', [address, '--command', 'CREATE DATABASE restored']);
    await exec('pg_restore', ['--dbname', restored.href, '--exit-on-error', dump]);
    const second = await start(elsewhere, restored.href, programs);
    const env = second.env;
    expect(statusesOf(await graft(args, { cwd: elsewhere, env }))).toEqual(['cached']);
    // What was computed before is there with its rows, and new work goes on.
    const shown = await graft(['runs', 'ls'], { cwd: elsewhere, env });
    expect(shown.stdout.match(/rag-quickstart/g)).toHaveLength(2);
    await writeFile(
      path.join(elsewhere, 'handbook/new.md'),
      '# News\n\nThe kiln has a new door.\n',
    );
    expect(statusesOf(await graft(args, { cwd: elsewhere, env }))).toContain('succeeded');
    expect(await end(second.script)).toBe(0);
  });
});
