import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { experimentsRouter } from './experiments.ts';

let workspace: Workspace;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-experiments-'));
  workspace = await openWorkspace({ root, modelsFolder: join(root, 'models') });
  return async () => {
    await workspace[Symbol.asyncDispose]();
    await rm(root, { recursive: true });
  };
});

const caller = () =>
  experimentsRouter.createCaller({
    workspace,
    closing: new AbortController().signal,
    largestPackage: 0,
    drained: async () => undefined,
  });
const nodes = { score: { type: 'score-hits', version: 1 } };
const metrics = ['score.metrics:mrr'];
const experiments = { k: { vary: { 'score.k': [1, 2] }, metrics }, bad: { vary: {} } };
const path = 'a.graft.json';
const text = JSON.stringify({ graft: 1, nodes, experiments });

it('counts the experiments of a text', async () => {
  expect(await caller().list({ path, text })).toMatchObject([
    { name: 'k', count: { variants: 2, repeats: 1 }, experiment: experiments.k },
    { name: 'bad', count: { variants: 0, repeats: 1 } },
  ]);
});

it('plans one, and says where it is wrong', async () => {
  const bad = await caller().plan({ path, text, name: 'bad' });
  expect(bad.problems.map(({ location }) => location.field)).toEqual([
    'experiments.bad',
    'experiments.bad.metrics',
  ]);
  // Its input is not connected: no variant can run.
  const unsound = await caller().plan({ path, text, name: 'k' });
  expect(unsound).toMatchObject({ problems: [{ code: 'missing-input' }] });
});

it('starts none that cannot be, and follows none that is not there', async () => {
  await writeFile(join(root, path), text);
  await expect(caller().start({ path, name: 'k' })).rejects.toThrow('cannot run');
  await expect(caller().table({ runId: 'none' })).rejects.toThrow(
    'There is no experiment run none',
  );
  expect(await caller().runs({ file: path, limit: 5 })).toEqual([]);
  expect(await caller().variants({ runId: 'none' })).toEqual([]);
});
