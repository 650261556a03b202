import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { beforeAll, expect, it } from 'vitest';
import { startServer } from './start-server.ts';
import { OpenedSocket } from './testing/opened-socket.ts';

let workspace: Workspace;
let url: string;

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
  ({ url } = server);
  return async () => {
    await server.close();
    await workspace[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
});

/** What a query answers. */
async function ask(name: string, input: unknown): Promise<string> {
  const query = encodeURIComponent(JSON.stringify(input));
  return (await fetch(new URL(`api/trpc/${name}?input=${query}`, url))).text();
}

/** What a feed tells until some text is in it. */
async function follow(input: unknown, last: string): Promise<string> {
  const socket = await OpenedSocket.open(new URL('api/live', url).href);
  socket.subscribe('live.feed', input);
  const messages = await socket.until(last);
  socket.close();
  return messages;
}

it('nothing that is told of a run says where this machine keeps the workspace', async () => {
  const { root, journal } = workspace;
  const message = `${root}/models/a.gguf cannot be opened`;
  const file = 'a.graft.json';
  const location = { file: `${root}/models/a.gguf`, node: 'n' };
  const error = { code: 'missing-file', message, location, audience: 'user' } as const;
  const stamp = { runId: 'told', at: 1 };
  const step = { node: 'n', type: 'generate', status: 'failed', ms: 1, error } as const;
  await journal.create({ id: 'told', file, status: 'running', startedAt: 1, owner: 'nobody:1' });
  await journal.append('told', [
    { ...stamp, seq: 1, type: 'run.started', file, nodes: [{ node: 'n', type: 'generate' }] },
    { ...stamp, seq: 2, type: 'step.log', node: 'n', level: 'error', message },
    { ...stamp, seq: 3, type: 'step.finished', step: { ...step, outputs: {} } },
    {
      ...{ ...stamp, seq: 4, type: 'run.finished', status: 'failed', outputs: {}, ms: 1 },
      ...{ steps: [step], error },
    },
  ]);
  await journal.finish('told', { status: 'failed', finishedAt: 2, error: message });
  for (const body of [
    await follow({ run: 'told', file }, 'run.finished'),
    await ask('runs.steps', { runId: 'told' }),
    await ask('runs.why', { runId: 'told', node: 'n' }),
    await ask('runs.list', { limit: 10 }),
  ]) {
    expect(body).toContain('models/a.gguf cannot be opened');
    expect(body).not.toContain(root);
  }
});
