import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTRPCClient, httpLink } from '@trpc/client';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../start-server.ts';
import type { AppRouter } from './index.ts';

const file = 'deep/answers.labels.jsonl';
const line = `${JSON.stringify({ id: 'a', question: 'When?', answer: 'At noon.', label: 'right' })}\n`;
let root: string;
let workspace: Workspace;
let server: RunningServer;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-labels-')));
  await mkdir(join(root, 'out'));
  await writeFile(join(root, 'out/index.html'), '');
  workspace = await openWorkspace({ root, modelsFolder: join(root, 'models') });
  server = await startServer({
    ...{ workspace, host: '127.0.0.1', port: 0, token: null },
    ...{ staticFolder: join(root, 'out'), largestPackage: 1_000 },
  });
});
afterAll(async () => {
  await server.close();
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

const api = () =>
  createTRPCClient<AppRouter>({
    links: [httpLink({ url: new URL('/api/trpc', server.url).href })],
  });

it('reads labels where there are any, and writes them, with the problem that refuses them and its place', async () => {
  const { revision } = await api().labels.read.query({ file });
  expect(revision).toBe('');
  const save = (text: string, base: string) => api().labels.save.mutate({ file, text, base });
  await expect(save(line.replace('right', 'good'), revision)).rejects.toMatchObject({
    data: { httpStatus: 400, problems: [{ code: 'bad-row', location: { file, line: 1 } }] },
  });
  const saved = await save(line, revision);
  expect(await api().labels.read.query({ file })).toMatchObject({ ...saved, text: line });
  await expect(save('', revision)).rejects.toMatchObject({ data: { httpStatus: 409 } });
  expect(await readFile(join(root, file), 'utf8')).toBe(line);
});

it('touches no other file', async () => {
  for (const other of ['out/index.html', '.graft/a.labels.jsonl', 'a.jsonl'])
    await expect(api().labels.read.query({ file: other })).rejects.toMatchObject({
      data: { httpStatus: 400 },
    });
});
