import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseGraph, serializeGraph } from '@graft/graph';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft, temporaryFolder, type Finished } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

const server = await startPostgres();
afterAll(() => server?.stop());

const title = `with GRAFT_DATABASE${server === undefined ? ` (${noPostgres})` : ''}`;
describe.skipIf(server === undefined)(title, () => {
  const address = new URL(server?.address ?? 'postgres://none');
  address.searchParams.set('schema', 'cli');
  let folder: string;
  const there = (args: readonly string[], database = address.href): Promise<Finished> =>
    graft(args, { cwd: folder, env: { GRAFT_DATABASE: database } });
  beforeAll(async () => {
    folder = await temporaryFolder();
    await mkdir(path.join(folder, 'corpus'));
    await writeFile(path.join(folder, 'corpus/a.txt'), 'All about a.');
    const text = graphText({ files: ['load-files', { paths: ['corpus'] }], chunk: ['chunk'] }, [
      'files.documents -> chunk.documents',
    ]);
    await writeFile(path.join(folder, 'flow.graft.json'), serializeGraph(parseGraph(text)));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('runs a graph, reuses its results, and leaves no database in the workspace', async () => {
    const first = await there(['run', 'flow.graft.json']);
    expect(first.stderr).toMatch(/chunk +succeeded/);
    expect(first.code).toBe(0);
    expect((await there(['run', 'flow.graft.json'])).stderr).toMatch(/chunk +cached/);
    expect((await there(['runs', 'ls'])).stdout.match(/succeeded/g)).toHaveLength(2);
    expect(existsSync(path.join(folder, '.graft/artifacts'))).toBe(true);
    expect(existsSync(path.join(folder, '.graft/index.db'))).toBe(false);
  });

  it('says what is wrong with the address, and never its password', async () => {
    const wrong = new URL(address);
    wrong.password = 'not-this-one';
    const refused = await there(['runs', 'ls'], wrong.href);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('Correct the user and the password in GRAFT_DATABASE');
    expect(refused.stdout + refused.stderr).not.toContain('not-this-one');
    const nowhere = await there(['runs', 'ls'], 'postgres://me:not-this-one@127.0.0.1:1/graft');
    expect(nowhere.stderr).toContain('postgres://me@127.0.0.1:1/graft cannot be reached');
    expect(nowhere.stderr).not.toContain('not-this-one');
  });
});
