import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gatewaySecret, startS3Gateway } from '../../runtime/backends/testing/s3-gateway.ts';
import { graft, graftEntry, temporaryFolder, type Finished } from './testing/graft-process.ts';

const examples = path.resolve(import.meta.dirname, '../../examples');
const server = await startPostgres();
const gateway = await startS3Gateway();
afterAll(async () => {
  await server?.stop();
  if (gateway.missing === undefined) await gateway[Symbol.asyncDispose]();
});

const missing = server === undefined ? noPostgres : gateway.missing;

const finishedSchema = z.object({
  type: z.literal('run.finished'),
  status: z.string(),
  outputs: z.record(z.string(), z.record(z.string(), z.object({ digest: z.string() }))),
  steps: z.array(z.object({ node: z.string(), status: z.string() })),
});

/** The outputs of a run but its index: LanceDB names files by chance, so no two have the same bytes. */
function comparable({ outputs }: z.infer<typeof finishedSchema>): Record<string, unknown> {
  const { 'retriever/index': index, ...others } = outputs;
  expect(index).toBeDefined();
  return others;
}

/** The last event of `graft run --json`. */
function finished({ code, stdout, stderr }: Finished): z.infer<typeof finishedSchema> {
  expect(code, stderr).toBe(0);
  return finishedSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

describe.skipIf(missing !== undefined)(
  `with Postgres and S3${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let [here, there] = ['', ''];
    const database = new URL(server?.address ?? 'postgres://none');
    database.searchParams.set('schema', 'quickstart');
    const environment = (): Record<string, string> => ({
      GRAFT_DATABASE: database.href,
      ...(gateway.missing === undefined ? gateway.variables('team/quickstart') : {}),
    });
    const embedded = (...args: string[]) => graft(args, { cwd: here });
    const shared = (...args: string[]) => graft(args, { cwd: there, env: environment() });
    const run = ['run', 'rag-quickstart.graft.json', '--json', '--set', 'questions.limit=1'];

    beforeAll(async () => {
      [here, there] = [await temporaryFolder(), await temporaryFolder()];
      const filter = (from: string): boolean => path.basename(from) !== '.graft';
      for (const folder of [here, there]) await cp(examples, folder, { recursive: true, filter });
    });
    afterAll(async () => {
      for (const folder of [here, there]) await rm(folder, { recursive: true, force: true });
    });

    it('gives the digests of the embedded form, and keeps no result in the workspace alone', async () => {
      const first = finished(await embedded(...run));
      const second = finished(await shared(...run));
      expect(comparable(second)).toEqual(comparable(first));
      // The state folder may be deleted: all is elsewhere.
      await rm(path.join(there, '.graft'), { recursive: true, force: true });
      const third = finished(await shared(...run));
      expect(third.outputs).toEqual(second.outputs);
      expect(new Set(third.steps.map(({ status }) => status))).toEqual(new Set(['cached']));
    });

    it('lists, verifies and shrinks the cache in the bucket, and names both places', async () => {
      const listed = await shared('cache', 'ls');
      expect(listed.stdout).toMatch(/\d+ results, [\d.]+ [kMG]?B of artifacts/);
      expect((await shared('cache', 'verify')).stdout).toMatch(/: 0 damaged/);
      const looked = await shared('doctor');
      expect(looked.stdout).toMatch(/Database of runs +ok +postgres:\/\/postgres@127/);
      expect(looked.stdout).toContain('s3://artifacts/team/quickstart at http://127.0.0.1');
      expect(looked.stdout + looked.stderr).not.toContain(gatewaySecret);
    });

    it('moves the state to files, where everything is reused', async () => {
      const archive = path.join(there, 'state.zip');
      expect((await shared('state', 'export', archive)).code).toBe(0);
      const files = await temporaryFolder();
      await cp(examples, files, {
        recursive: true,
        filter: (from) => path.basename(from) !== '.graft',
      });
      const imported = await graft(['state', 'import', archive], { cwd: files });
      expect(imported).toMatchObject({ code: 0 });
      const again = finished(await graft(run, { cwd: files }));
      expect(new Set(again.steps.map(({ status }) => status))).toEqual(new Set(['cached']));
      await rm(files, { recursive: true, force: true });
    });

    it('refuses another workspace, wrong keys and a bucket that is missing, without a secret', async () => {
      const other = await graft(['run', 'rag-quickstart.graft.json'], {
        cwd: here,
        env: environment(),
      });
      expect(other.code).not.toBe(0);
      expect(other.stderr).toContain('holds the state of another workspace');
      const wrong = await graft(['cache', 'ls'], {
        ...{ cwd: there, env: { ...environment(), AWS_SECRET_ACCESS_KEY: 'not-this-one' } },
      });
      expect(wrong.stderr).toContain('refused the key');
      const nowhere = await graft(['cache', 'ls'], {
        ...{ cwd: there, env: { ...environment(), GRAFT_ARTIFACTS: 's3://nowhere/x' } },
      });
      expect(nowhere.stderr).toContain('does not exist. Create it');
      for (const { stdout, stderr } of [other, wrong, nowhere]) {
        expect(stdout + stderr).not.toMatch(new RegExp(`not-this-one|${gatewaySecret}`));
      }
    });

    it('serves, and lets nobody move the state meanwhile', async () => {
      const env = { ...process.env, ...environment() };
      const args = [graftEntry, 'serve', there, '--port', '0'];
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      await expect.poll(() => output).toContain(`Graft serves ${there}`);
      const archive = path.join(there, 'meanwhile.zip');
      const refused = await shared('state', 'export', archive);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(`The server with process ${String(child.pid)}`);
      child.kill('SIGTERM');
      await exited;
      expect(await shared('state', 'export', archive)).toMatchObject({ code: 0 });
    });

    it('shrinks the cache', async () => {
      const shrunk = await shared('cache', 'gc', '--max-size', '1KB');
      expect(shrunk).toMatchObject({ code: 0 });
      if (gateway.missing !== undefined) return;
      const kept = await readdir(path.join(gateway.folder, 'team/quickstart/sha256'), {
        ...{ recursive: true, withFileTypes: true },
      });
      // Graphs and settings of runs stay with their runs.
      expect(kept.filter((entry) => entry.isFile()).length).toBeLessThan(8);
      expect(finished(await shared(...run)).status).toBe('succeeded');
    });
  },
);
