import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createRegistry,
  defineNode,
  implement,
  Index,
  type Implementation,
  parseGraph,
  planGraph,
  Questions,
} from '@graft/graph';
import { testDefinitions, testEngines, testModels } from '@graft/graph/testing';
import {
  MemoryActionStore,
  MemoryArtifactStore,
  MemoryItemStore,
  MemoryRunStore,
} from '@graft/store/testing';
import { FileSourceResolver } from '../sources/file-source-resolver.ts';
import { createLocalBackend } from '../step/local-backend.ts';
import { createTestHost, testImplementations } from '../testing.ts';
import { Engine } from './engine.ts';

/** Writes its rows into a folder. */
const pileNode = defineNode({
  ...{ type: 'pile', version: 1, implementation: 1, title: 'Pile', group: 'sources' },
  ...{ doc: 'Piles up rows.', caching: 'pure', device: { needs: 'cpu', affectsResult: false } },
  inputs: { rows: { type: Questions, doc: 'Rows.' } },
  outputs: { pile: { type: Index, doc: 'The pile.' } },
  params: z.strictObject({ name: z.string().default('a').meta({ title: 'Name' }) }),
  summary: () => [],
  migrations: [],
});

let folder: string;
let artifacts: MemoryArtifactStore;
let actions: MemoryActionStore;
let runs: MemoryRunStore;
/** What each execution found that the last one had written. */
let found: (string | undefined)[];

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-previous-')));
  artifacts = new MemoryArtifactStore();
  actions = new MemoryActionStore();
  runs = new MemoryRunStore();
  found = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const pile = implement(pileNode, async (ctx, { rows }) => {
  const previous = await ctx.previous('pile');
  found.push(previous && (await readFile(join(previous, 'rows'), 'utf8')));
  const path = await ctx.scratch();
  const text = (await rows.all()).map(({ question }) => question).join(' ');
  await writeFile(join(path, 'rows'), text);
  const info = { rows: 1, dimension: 1, embedder: 'e', embedderDigest: 'd' };
  return { pile: { path, info } };
});

async function run(text: string, rest: { name?: string; file?: string } = {}): Promise<string> {
  const { name = 'a', file = 'f.graft.json' } = rest;
  const nodes = {
    lines: { type: 'lines', version: 1, params: { text } },
    pile: { type: 'pile', version: 1, params: { name } },
  };
  const graph = parseGraph(JSON.stringify({ graft: 1, nodes, edges: ['lines.rows -> pile.rows'] }));
  const registry = createRegistry([...testDefinitions, pileNode]);
  const host = createTestHost(
    { artifacts, items: new MemoryItemStore(), scratchFolder: join(folder, 'scratch') },
    new Map<string, Implementation>([...testImplementations, ['pile', pile]]),
  );
  const engine = new Engine({
    ...{ actions, runs, artifacts, models: testModels, owner: 'test:0', engines: testEngines },
    backend: createLocalBackend(host),
    files: new FileSourceResolver(folder, join(folder, '.graft')),
    deviceOf: () => Promise.resolve({ id: 'cpu', class: 'cpu' }),
  });
  const plan = planGraph(graph, registry, { models: testModels });
  const { runId, finished } = await engine.start(plan, { file, device: 'auto' });
  expect((await finished).status).toBe('succeeded');
  const steps = await runs.steps(runId);
  return steps.find(({ node }) => node === 'pile')?.outputs['pile']?.digest ?? '';
}

it('is had by the same node of the file, for other inputs only', async () => {
  await run('one');
  await run('one\ntwo');
  await run('three');
  expect(found).toEqual([undefined, 'one', 'one two']);
  // Another parameter, and another file.
  await run('four', { name: 'b' });
  await run('five', { file: 'other.graft.json' });
  expect(found.slice(3)).toEqual([undefined, undefined]);
});

it('is not had where it is gone', async () => {
  await artifacts.delete(await run('one'));
  await run('two');
  expect(found).toEqual([undefined, undefined]);
});

it('is what was reused the last time', async () => {
  await run('one');
  await run('two');
  await run('one');
  await run('three');
  expect(found).toEqual([undefined, 'one', 'one']);
});
