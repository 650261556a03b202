import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { beforeAll, expect, it } from 'vitest';
import { startServer } from './start-server.ts';

let workspace: Workspace;
let api: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-told-'));
  const [root, pages] = [join(folder, 'workspace'), join(folder, 'out')];
  await mkdir(root);
  await mkdir(pages);
  await writeFile(join(pages, 'index.html'), '<!doctype html>');
  workspace = await openWorkspace({ root, modelsFolder: join(folder, 'models') });
  const server = await startServer({
    ...{ workspace, host: '127.0.0.1', port: 0, staticFolder: pages, token: null },
  });
  api = new URL('/api/trpc/', server.url).href;
  return async () => {
    await server.close();
    await workspace[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
});

/** What a query answers, or a feed until some text is in it. */
async function ask(name: string, input: unknown, last?: string): Promise<string> {
  const stop = new AbortController();
  const address = `${api}${name}?input=${encodeURIComponent(JSON.stringify(input))}`;
  const answer = await fetch(address, { signal: stop.signal });
  const reader = answer.body?.getReader();
  let body = '';
  while (last === undefined || !body.includes(last)) {
    const read = await reader?.read();
    if (read?.value === undefined) break;
    body += Buffer.from(read.value).toString('utf8');
  }
  stop.abort();
  return body;
}

it('nothing that is told of a run says where this machine keeps the workspace', async () => {
  const { root, runs } = workspace;
  const message = `${root}/models/a.gguf cannot be opened`;
  const file = 'a.graft.json';
  const location = { file: `${root}/models/a.gguf`, node: 'n' };
  const error = { code: 'missing-file', message, location, audience: 'user' } as const;
  const stamp = { runId: 'told', at: 1 };
  const step = { node: 'n', type: 'generate', status: 'failed', ms: 1, error } as const;
  await runs.create({ id: 'told', file, status: 'running', startedAt: 1, owner: 'nobody:1' });
  await runs.append('told', [
    { ...stamp, seq: 1, type: 'run.started', file, nodes: [{ node: 'n', type: 'generate' }] },
    { ...stamp, seq: 2, type: 'step.log', node: 'n', level: 'error', message },
    { ...stamp, seq: 3, type: 'step.finished', step: { ...step, outputs: {} } },
    {
      ...{ ...stamp, seq: 4, type: 'run.finished', status: 'failed', outputs: {}, ms: 1 },
      ...{ steps: [step], error },
    },
  ]);
  await runs.finish('told', { status: 'failed', finishedAt: 2, error: message });
  for (const body of [
    await ask('live.feed', { run: 'told', file }, 'run.finished'),
    await ask('runs.steps', { runId: 'told' }),
    await ask('runs.why', { runId: 'told', node: 'n' }),
    await ask('runs.list', { limit: 10 }),
  ]) {
    expect(body).toContain('models/a.gguf cannot be opened');
    expect(body).not.toContain(root);
  }
});
