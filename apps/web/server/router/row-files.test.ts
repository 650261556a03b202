import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTRPCClient, httpLink } from '@trpc/client';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../start-server.ts';
import type { AppRouter } from './index.ts';

const file = 'frozen/flow/ask.questions.jsonl';
const labels = 'deep/answers.labels.jsonl';
const line = `${JSON.stringify({ id: 'a', question: 'When?', answer: 'At noon.', label: 'right' })}\n`;
let root: string;
let workspace: Workspace;
let server: RunningServer;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-rows-')));
  await mkdir(join(root, 'frozen/flow'), { recursive: true });
  await mkdir(join(root, 'out'));
  await writeFile(join(root, 'out/index.html'), '');
  await writeFile(join(root, file), '{"id":"a","question":"When?"}\n');
  await writeFile(join(root, 'frozen/flow/large.jsonl'), `{"question":"${'x'.repeat(5_200_000)}"}`);
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

it('reads rows and writes them, with the problem that refuses them and its place', async () => {
  const { text, revision } = await api().rows.read.query({ file });
  const save = (edited: string, base: string) =>
    api().rows.save.mutate({ file, text: edited, base, type: 'questions', written: 0 });
  await expect(save(text.replace('"When?"', '5'), revision)).rejects.toMatchObject({
    data: {
      httpStatus: 400,
      problems: [{ code: 'bad-row', location: { file, line: 1, field: 'question' } }],
    },
  });
  const saved = await save(text.replace('When', 'Why'), revision);
  expect((await api().rows.read.query({ file })).revision).toBe(saved.revision);
  await expect(save(text, revision)).rejects.toMatchObject({ data: { httpStatus: 409 } });
});

it('names the limit, and the file as the page knows it', async () => {
  await expect(api().rows.read.query({ file: 'frozen/flow/large.jsonl' })).rejects.toMatchObject({
    message:
      'These rows take 5.2 MB; you can edit up to 4 MB here. Edit the file with your editor: frozen/flow/large.jsonl',
    data: { httpStatus: 413 },
  });
});

it('reads rows from no other file', async () => {
  for (const other of ['out/index.html', '.graft/index.db', 'frozen/../a.jsonl'])
    await expect(api().rows.read.query({ file: other })).rejects.toMatchObject({
      data: { httpStatus: 400 },
    });
});

it('reads labels where there are any, and writes them, with the problem that refuses them and its place', async () => {
  const { revision } = await api().labels.read.query({ file: labels });
  expect(revision).toBe('');
  const save = (text: string, base: string) =>
    api().labels.save.mutate({ file: labels, text, base });
  await expect(save(line.replace('right', 'good'), revision)).rejects.toMatchObject({
    data: { httpStatus: 400, problems: [{ code: 'bad-row', location: { file: labels, line: 1 } }] },
  });
  const saved = await save(line, revision);
  expect(await api().labels.read.query({ file: labels })).toMatchObject({ ...saved, text: line });
  await expect(save('', revision)).rejects.toMatchObject({ data: { httpStatus: 409 } });
  expect(await readFile(join(root, labels), 'utf8')).toBe(line);
});

it('reads labels from no other file', async () => {
  for (const other of ['out/index.html', '.graft/a.labels.jsonl', 'a.jsonl'])
    await expect(api().labels.read.query({ file: other })).rejects.toMatchObject({
      data: { httpStatus: 400 },
    });
});
