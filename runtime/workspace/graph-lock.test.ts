import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseGraph, serializeGraph, type Graph } from '@graft/graph';
import { testRegistry } from '@graft/graph/testing';
import { driftProblems, lockDrift } from './graph-lock.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

let root: string;
let workspace: Workspace;
const file = 'test.graft.json';

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-lock-')));
  await writeFile(join(root, 'a.txt'), 'One.');
  workspace = await openWorkspace({ root, registry: testRegistry });
});
afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: { files: { type: 'read', version: 1, params: { files: ['a.txt', '*.txt'] } } },
    edges: [],
  }),
);
const locked = async (): Promise<Graph> => ({
  ...graph,
  lock: await workspace.lockOf(graph, file),
});

it('a graph without a lock has none written or looked at', async () => {
  expect(serializeGraph(graph)).not.toContain('lock');
  expect(await workspace.explain(graph, file)).not.toHaveProperty('drift');
});

it('names one digest a source, of which nothing differs until the bytes do', async () => {
  const now = await locked();
  expect(Object.keys(now.lock.files)).toEqual(['a.txt', '*.txt']);
  expect(parseGraph(serializeGraph(now)).lock).toEqual(now.lock);
  expect(await workspace.explain(now, file, { locked: true })).not.toHaveProperty('drift');
});

it('says drift of files in the plan, and refuses it only where the lock is to be kept to', async () => {
  const now = await locked();
  await writeFile(join(root, 'a.txt'), 'Two.');
  const report = await workspace.explain(now, file);
  expect(report.drift?.map(({ kind, name }) => [kind, name])).toEqual([
    ['files', 'a.txt'],
    ['files', '*.txt'],
  ]);
  expect(report.problems).toEqual([]);
  const kept = await workspace.explain(now, file, { locked: true });
  expect(kept.problems.map(({ code }) => code)).toEqual(['lock-differs', 'lock-differs']);
  await expect(workspace.start(now, file, { locked: true })).rejects.toMatchObject({
    code: 'lock-differs',
    message: expect.stringContaining('graft lock test.graft.json'),
  });
});

it('refuses other models than those locked until they are taken', () => {
  const locked = { models: { small: 'a'.repeat(64), gone: 'c' }, files: {} };
  const drift = lockDrift(locked, { models: { small: 'b'.repeat(64) }, files: {} });
  expect(drift.map(({ name }) => name)).toEqual(['small']);
  expect(driftProblems(drift, { file, locked: false })).toMatchObject([
    { code: 'lock-differs', message: expect.stringContaining('The model "small" has other bytes') },
  ]);
});
