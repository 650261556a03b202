import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keepReference, meaningDigest, parseGraph, serializeGraph, type Graph } from '@graft/graph';
import { bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { changedGraphs, openWorkspace, readUsedGraphs, type Workspace } from '../workspace.ts';

let bundle: Bundle;
let root: string;
let workspace: Workspace;
const file = 'user.graft.json';
const lib = 'lib/scale.graft.json';

beforeAll(async () => {
  bundle = await bundleTestWorker();
});
afterAll(() => bundle.remove());
const open = (): Promise<Workspace> =>
  openWorkspace({ root, registry: workerTestRegistry, workerEntry: bundle.entry });
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'graft-references-'));
  await mkdir(join(root, 'lib'));
  workspace = await open();
});
afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

const graphOf = (value: object): Graph => parseGraph(JSON.stringify({ graft: 1, ...value }));
const scale = (factor: number, more: object = {}, output = 'scaled'): Graph =>
  graphOf({
    nodes: {
      in: { type: 'input', version: 1, params: { name: 'number' } },
      by: { type: 'double', version: 2, params: { factor } },
      out: { type: 'output', version: 1, params: { name: output } },
    },
    edges: ['in.value -> by.value', 'by.value -> out.value'],
    layout: { by: [1, 2] },
    ...more,
  });
const user = graphOf({
  nodes: {
    n: { type: 'number', version: 1, params: { value: 3 } },
    scale: { type: 'graph', version: 1, params: { use: lib } },
    sum: { type: 'add', version: 1 },
  },
  edges: ['n.value -> scale.number', 'scale.scaled -> sum.terms'],
});
const write = (graph: Graph, path = lib): Promise<void> =>
  writeFile(join(root, path), serializeGraph(graph));
const saved = async (graph: Graph): Promise<Graph> =>
  parseGraph(await workspace.locks.saved(serializeGraph(graph), file));

describe('a graph that uses a file', () => {
  it.each([
    ['a save', async () => (await saved(user)).lock],
    ['graft lock', () => workspace.locks.taken(user, file)],
  ])('is locked to what that means by %s, which is kept', async (_by, lockIt) => {
    await write(scale(2));
    const digest = meaningDigest(scale(2));
    expect((await lockIt()).graphs).toEqual({ [lib]: { digest } });
    expect(await workspace.keptGraphs.require(digest)).toEqual(scale(2));
  });

  it('is locked by a first run, and kept', async () => {
    await write(scale(2));
    const digest = meaningDigest(scale(2));
    const { revision } = await workspace.graphs.save(file, serializeGraph(user), null);
    const run = await workspace.runs.start(user, file, { revision });
    await run.finished;
    const { text } = await workspace.graphs.read(file);
    expect(parseGraph(text).lock.graphs).toEqual({ [lib]: { digest } });
    expect(await workspace.keptGraphs.require(digest)).toEqual(scale(2));
  });

  it('hears of no change where only places and titles have', async () => {
    await write(scale(2));
    const locked = await saved(user);
    await write(scale(2, { layout: { by: [500, 500] } }));
    expect(await workspace.runs.explain(locked, file, { locked: true })).toMatchObject({
      problems: [],
    });
    expect(await workspace.runs.explain(locked, file)).not.toHaveProperty('drift');
  });

  it('is told what has changed, runs all the same, and is refused where it is to keep to its lock', async () => {
    await write(scale(2));
    const locked = await saved(user);
    await write(scale(5));
    const report = await workspace.runs.explain(locked, file);
    expect(report.problems).toEqual([]);
    expect(report.drift).toEqual([
      {
        ...{ kind: 'graphs', name: lib, nodes: ['scale'] },
        locked: meaningDigest(scale(2)),
        now: meaningDigest(scale(5)),
        message: `The graph "${lib}" has changed since it was locked.`,
        changes: ['"by": factor 2 → 5'],
      },
    ]);
    const run = await workspace.runs.start(locked, file);
    expect((await run.finished).status).toBe('succeeded');
    expect(run.drift).toEqual(report.drift);
    await expect(workspace.runs.start(locked, file, { locked: true })).rejects.toMatchObject({
      code: 'lock-differs',
      message: expect.stringContaining('graft lock user.graft.json'),
    });
    const unlocked = await workspace.runs.explain(user, file, { locked: true });
    expect(unlocked.problems).toMatchObject([
      { code: 'lock-differs', message: expect.stringContaining(`The graph "${lib}" is not in`) },
    ]);
  });

  it('stays locked to what it was through a save, until it is taken', async () => {
    await write(scale(2));
    const locked = await saved(user);
    await write(scale(5));
    expect((await saved(locked)).lock.graphs).toEqual(locked.lock.graphs);
    const taken = await workspace.locks.taken(locked, file);
    expect(taken.graphs).toEqual({ [lib]: { digest: meaningDigest(scale(5)) } });
    expect(await workspace.runs.explain({ ...locked, lock: taken }, file)).not.toHaveProperty(
      'drift',
    );
  });

  it('can keep what it was, also where that has become unfit or is gone, by whoever has planned with it', async () => {
    await write(scale(2));
    const digest = meaningDigest(scale(2));
    // Locked elsewhere; here it was only planned.
    const locked = { ...user, lock: { ...user.lock, graphs: { [lib]: { digest } } } };
    const hits = async (graph: Graph) =>
      (await workspace.runs.explain(graph, file)).nodes.map(({ cacheKey }) => cacheKey);
    const before = await hits(locked);
    await workspace[Symbol.asyncDispose]();
    workspace = await open();
    for (const change of [() => write(scale(2, {}, 'other')), () => rm(join(root, lib))]) {
      await change();
      const report = await workspace.runs.explain(locked, file);
      expect(report.problems.length).toBeGreaterThan(0);
      expect(report.drift?.map(({ name, changes }) => [name, changes !== undefined])).toEqual([
        [lib, true],
      ]);
    }
    const kept = await workspace.keptGraphs.require(digest);
    expect(kept).toEqual(scale(2));
    const own = keepReference(locked, { path: lib, kept }, { graphs: () => undefined, file });
    expect(await hits(own)).toEqual(before);
    expect(own.lock.graphs).toEqual({});
  });

  it('is told that what it was is not to be had where nobody has planned with it', async () => {
    await write(scale(5));
    const digest = meaningDigest(scale(2));
    const locked = { ...user, lock: { ...user.lock, graphs: { [lib]: { digest } } } };
    const [drift] = (await workspace.runs.explain(locked, file)).drift ?? [];
    expect(drift).toMatchObject({ name: lib });
    expect(drift).not.toHaveProperty('changes');
    await expect(workspace.keptGraphs.require(digest)).rejects.toMatchObject({
      code: 'missing-file',
    });
    // What is kept under a digest is what has it.
    const folder = join(root, '.graft/graphs');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, digest), serializeGraph(scale(7)));
    await expect(workspace.keptGraphs.require(digest)).rejects.toMatchObject({
      code: 'missing-file',
    });
    await expect(workspace.keptGraphs.require('../../../etc')).rejects.toMatchObject({
      code: 'missing-file',
    });
  });

  it.each([
    ['cut off', '{"graft":1,"nodes":{'],
    ['another graph', serializeGraph(scale(7))],
    ['nothing', ''],
  ])(
    'has its kept copy written anew where that is damaged (%s), by any plan of it',
    async (_what, text) => {
      await write(scale(2));
      const digest = meaningDigest(scale(2));
      const locked = await saved(user);
      const copy = join(root, '.graft/graphs', digest);
      await writeFile(copy, text);
      await workspace.runs.explain(locked, file);
      await write(scale(5));
      expect(await workspace.keptGraphs.require(digest)).toEqual(scale(2));
      const [drift] = (await workspace.runs.explain(locked, file)).drift ?? [];
      expect(drift?.changes).toEqual(['"by": factor 2 → 5']);
    },
  );

  it('is looked at without an open workspace', async () => {
    await write(scale(2));
    const locked = await saved(user);
    await write(scale(5));
    const graphs = await readUsedGraphs(locked, root);
    const stateFolder = join(root, '.graft');
    const [drift] = await changedGraphs(locked, { graphs, file, stateFolder });
    expect(drift?.changes).toEqual(['"by": factor 2 → 5']);
    expect(await readdir(join(stateFolder, 'graphs'))).toEqual([meaningDigest(scale(2))]);
  });
});

it('a run keeps the graphs that it used, and a collection of garbage leaves them', async () => {
  await write(scale(2));
  const { runId, finished } = await workspace.runs.start(user, file);
  await finished;
  const run = await workspace.journal.get(runId);
  const digest = run?.graphs?.[lib] ?? '';
  await workspace.storage.collect(0);
  const chunks: Uint8Array[] = [];
  for await (const chunk of workspace.artifacts.get(digest)) chunks.push(chunk);
  expect(parseGraph(Buffer.concat(chunks).toString('utf8'))).toEqual(scale(2));
});
