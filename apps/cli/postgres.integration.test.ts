import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseGraph, serializeGraph } from '@graft/graph';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerWith, openChatServer } from '../../runtime/backends/testing/chat-server.ts';
import { graft, graftEntry, temporaryFolder, type Finished } from './testing/graft-process.ts';
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

  it('prints that an experiment waits for a database that is away', async ({ skip }) => {
    if (process.env['GRAFT_TEST_POSTGRES'] !== undefined) return skip('somebody else needs it');
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await using chat = await openChatServer(async (_request, response) => {
      await released;
      answerWith(response, 'At 05:40.');
    });
    const text = graphText(
      {
        ask: ['questions', { questions: 'When is the kiln lit?' }],
        prompt: ['prompt'],
        remote: ['remote-model', { url: chat.url, model: 'kiln-1' }],
        write: ['generate'],
        count: ['evaluate', { metrics: ['completionTokens'] }],
      },
      [
        'ask.questions -> prompt.questions',
        'prompt.prompts -> write.prompts',
        'remote.model -> write.model',
        'write.answers -> count.answers',
      ],
    );
    const graph: unknown = JSON.parse(text);
    const metrics = ['count.metrics:completionTokens'];
    const experiments = { e: { vary: { 'write.seed': [1, 2] }, metrics } };
    const written = JSON.stringify({ ...Object(graph), experiments });
    await writeFile(path.join(folder, 'asking.graft.json'), written);
    const child = spawn(process.execPath, [graftEntry, 'experiment', 'asking.graft.json', 'e'], {
      ...{ cwd: folder, env: { ...process.env, GRAFT_DATABASE: address.href } },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const closed = once(child, 'close');
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    await expect.poll(() => chat.requests.length).toBeGreaterThan(0);
    await server?.pause();
    try {
      release();
      await expect.poll(() => stderr).toMatch(/! postgres:\S+ has not answered since .*Waiting/);
    } finally {
      await server?.resume();
    }
    expect([(await closed)[0], stderr]).toEqual([
      0,
      expect.stringMatching(/! The wait for postgres:/),
    ]);
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
