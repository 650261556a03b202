import { createHash } from 'node:crypto';
import { mkdtemp, readFile, realpath, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  parseGraph,
  serializeGraph,
  type Graph,
  type LockEntry,
  type ModelFacts,
} from '@graft/graph';
import { testModels } from '@graft/graph/testing';
import { bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

let bundle: Bundle;
let root: string;
let workspace: Workspace;
/** What the catalogue says beside what it always says. */
let changed: Map<string, ModelFacts>;
const file = 'test.graft.json';

beforeAll(async () => {
  bundle = await bundleTestWorker();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-lock-')));
  changed = new Map();
  await put('a.txt', 'One.');
  workspace = await openWorkspace({
    root,
    registry: workerTestRegistry,
    workerEntry: bundle.entry,
    models: (id) => changed.get(id) ?? testModels(id),
  });
});
afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

/** Old enough for its digest to be remembered. */
async function put(path: string, text: string): Promise<void> {
  await writeFile(join(root, path), text);
  await utimes(join(root, path), 1000, 1000);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const entry = (text: string): LockEntry => ({ digest: sha256(text), size: text.length });

const graphOf = (files: readonly string[], lock: object = {}): Graph =>
  parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: { files: { type: 'read', version: 1, params: { files } } },
      edges: [],
      lock,
    }),
  );
/** Reads files and embeds them with a model of the catalogue. */
const embedding = (lock: object = {}): Graph =>
  parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        files: { type: 'read', version: 1, params: { files: ['a.txt'] } },
        split: { type: 'split', version: 1, params: {} },
        vectors: { type: 'vectors', version: 1, params: { model: 'tiny-embedder' } },
      },
      edges: ['files.documents -> split.documents', 'split.chunks -> vectors.chunks'],
      lock,
    }),
  );
const tinyEntry = { digest: '1'.repeat(64), size: 1_000_000 };

/** What saving makes of a graph. */
async function saved(graph: Graph): Promise<Graph> {
  return parseGraph(await workspace.locks.saved(serializeGraph(graph), file));
}
function otherModel(facts: Partial<ModelFacts> = {}): void {
  const known = testModels('tiny-embedder');
  if (known === undefined) throw new Error('no model');
  changed.set(known.id, { ...known, digest: '9'.repeat(64), ...facts });
}

describe('a save', () => {
  it('locks each source once, a model with where it comes from', async () => {
    await put('b.txt', 'Two.');
    const graph = graphOf(['a.txt', '*.txt']);
    const { files } = (await saved(graph)).lock;
    expect(Object.keys(files).sort()).toEqual(['*.txt', 'a.txt']);
    expect(files['a.txt']).toEqual(entry('One.'));
    expect(files['*.txt']?.size).toBe(8);
    const facts = testModels('tiny-embedder');
    if (facts !== undefined) changed.set(facts.id, { ...facts, source: 'hf:a/b@main/c' });
    expect((await saved(embedding())).lock.models).toEqual({
      'tiny-embedder': { ...tinyEntry, source: 'hf:a/b@main/c' },
    });
  });

  it('leaves the text as it is where nothing of the lock changes', async () => {
    const before = { 'a.txt': sha256('One.') };
    const texts = [
      serializeGraph(graphOf(['a.txt'], { files: before })),
      // Nothing to lock.
      '{"graft":1,"nodes":{"n":{"type":"number","version":1}}}',
      'no graph at all',
    ];
    for (const text of texts) expect(await workspace.locks.saved(text, file)).toBe(text);
  });

  it('takes what files hold by now, and drops what the graph no longer names', async () => {
    const lock = { files: { 'a.txt': sha256('Older.'), 'gone.txt': 'd' } };
    expect((await saved(graphOf(['a.txt'], lock))).lock.files).toEqual({ 'a.txt': entry('One.') });
  });

  it('keeps a model locked that has other bytes by now', async () => {
    otherModel();
    const lock = { models: { 'tiny-embedder': tinyEntry } };
    expect((await saved(embedding(lock))).lock.models).toEqual(lock.models);
  });

  it('locks no model whose bytes are not known before it is downloaded', async () => {
    otherModel({ unpinned: true });
    expect((await saved(embedding())).lock.models).toEqual({});
    const lock = { models: { 'tiny-embedder': tinyEntry } };
    expect((await workspace.runs.explain(embedding(lock), file)).problems).toEqual([]);
  });

  it('leaves the entry of a file that is missing, and locks the others', async () => {
    const lock = { files: { 'here-no-more.txt': 'd' } };
    const { files } = (await saved(graphOf(['a.txt', 'here-no-more.txt', 'never.txt'], lock))).lock;
    expect(files).toEqual({ 'a.txt': entry('One.'), 'here-no-more.txt': { digest: 'd' } });
  });

  it('of a graph with problems locks what is sound and drops nothing', async () => {
    const graph = graphOf(['a.txt'], { files: { 'b.txt': 'd' } });
    const broken = {
      ...graph,
      nodes: { ...graph.nodes, x: { type: 'x', version: 1, params: {} } },
    };
    expect((await saved(broken)).lock.files).toEqual({
      'a.txt': entry('One.'),
      'b.txt': { digest: 'd' },
    });
  });

  it('hashes nothing large: that is left until it has been planned', async () => {
    await truncate(join(root, 'a.txt'), 64 * 1024 * 1024);
    const graph = graphOf(['a.txt']);
    expect((await saved(graph)).lock.files).toEqual({});
    await workspace.runs.explain(graph, file);
    expect((await saved(graph)).lock.files['a.txt']?.size).toBe(64 * 1024 * 1024);
  });
});

describe('what variants of experiments read', () => {
  const read = (files: readonly string[]): object => ({
    type: 'read',
    version: 1,
    params: { files },
  });
  const metrics = ['score.metrics:accuracy'];
  const varied = (graph = embedding()): Graph => ({
    ...graph,
    experiments:
      parseGraph(
        JSON.stringify({
          graft: 1,
          nodes: {},
          edges: [],
          experiments: {
            arms: {
              arms: {
                'another file': { set: { 'files.files': ['b.txt'] } },
                'another node': { replace: { files: read(['c.txt']) } },
                'nothing read': { set: { 'split.by': 'paragraph' }, bypass: ['split'] },
              },
              metrics,
            },
            models: { vary: { 'vectors.model': ['tiny-embedder', 'wide-embedder'] }, metrics },
          },
        }),
      ).experiments ?? {},
  });
  const names = ({ lock }: Graph): string[] =>
    [...Object.keys(lock.files), ...Object.keys(lock.models)].sort();
  const all = ['a.txt', 'b.txt', 'c.txt', 'tiny-embedder', 'wide-embedder'];
  beforeEach(async () => {
    await put('b.txt', 'Two.');
    await put('c.txt', 'Three.');
  });

  it('is locked by a save, when it is taken, and after the first run', async () => {
    expect(names(await saved(varied()))).toEqual(all);
    const lock = await workspace.locks.taken(varied(), file);
    expect(names({ ...varied(), lock })).toEqual(all);
    expect(lock.files['c.txt']).toEqual(entry('Three.'));
    // What `vectors` is to be is not known here: that experiment has no say.
    const reading = varied(graphOf(['a.txt']));
    const { revision } = await workspace.graphs.save(file, serializeGraph(reading), null);
    const { finished } = await workspace.runs.start(reading, file, { revision });
    expect((await finished).status).toBe('succeeded');
    const after = parseGraph(await readFile(join(root, file), 'utf8'));
    expect(names(after)).toEqual(['a.txt', 'b.txt', 'c.txt']);
  });

  it('keeps its entries where a variant cannot be made, and loses them with it', async () => {
    const { lock } = await saved(varied());
    const { arms, models } = varied().experiments ?? {};
    const broken = { ...arms, arms: { gone: { set: { 'gone.files': ['b.txt'] } } } };
    const kept = await saved({
      ...varied(),
      lock,
      experiments: { broken, ...(models && { models }) },
    });
    expect(names(kept)).toEqual(all);
    const { experiments: _experiments, ...plain } = varied();
    expect(names(await saved({ ...plain, lock }))).toEqual(['a.txt', 'tiny-embedder']);
  });

  it('counts graph files, those that these use too', async () => {
    const using = (use: string): object => ({ type: 'graph', version: 1, params: { use } });
    const graph = (nodes: object, more: object = {}): string =>
      serializeGraph(parseGraph(JSON.stringify({ graft: 1, nodes, edges: [], ...more })));
    await workspace.graphs.save('one.graft.json', graph({ r: read(['a.txt']) }), null);
    await workspace.graphs.save('inner.graft.json', graph({ r: read(['c.txt']) }), null);
    const two = graph({ r: read(['b.txt']), g: using('inner.graft.json') });
    await workspace.graphs.save('two.graft.json', two, null);
    const experiments = { e: { vary: { 'g.use': ['two.graft.json'] }, metrics } };
    const text = graph({ g: using('one.graft.json') }, { experiments });
    const { lock } = await saved(parseGraph(text));
    expect(Object.keys(lock.files).sort()).toEqual(['a.txt', 'b.txt', 'c.txt']);
    expect(Object.keys(lock.graphs).sort()).toEqual([
      ...['inner.graft.json', 'one.graft.json', 'two.graft.json'],
    ]);
  });
});

describe('drift', () => {
  const files = { 'a.txt': sha256('Other.') };

  it('of files is said, with the nodes that read them, and stops nothing', async () => {
    const graph = graphOf(['a.txt'], { files });
    const report = await workspace.runs.explain(graph, file);
    expect(report.problems).toEqual([]);
    expect(report.drift).toMatchObject([
      {
        ...{ kind: 'files', name: 'a.txt', nodes: ['files'] },
        message: expect.stringContaining('"a.txt" has changed since it was locked'),
      },
    ]);
    const run = await workspace.runs.start(graph, file);
    expect(run.drift).toEqual(report.drift);
    expect((await run.finished).status).toBe('succeeded');
  });

  it('of files is refused where the lock is to be kept to, and so is what is not locked', async () => {
    const graph = graphOf(['a.txt'], { files });
    const kept = await workspace.runs.explain(graph, file, { locked: true });
    expect(kept.problems.map(({ code }) => code)).toEqual(['lock-differs']);
    await expect(workspace.runs.start(graph, file, { locked: true })).rejects.toMatchObject({
      code: 'lock-differs',
      message: expect.stringContaining('graft lock test.graft.json'),
    });
    const unlocked = await workspace.runs.explain(graphOf(['a.txt']), file, { locked: true });
    expect(unlocked.problems).toMatchObject([
      { code: 'lock-differs', message: expect.stringContaining('"a.txt" is not in the graph') },
    ]);
  });

  it('of a model is refused at the node that uses it, until it is taken', async () => {
    otherModel();
    const graph = embedding({ models: { 'tiny-embedder': tinyEntry } });
    const { problems } = await workspace.runs.explain(graph, file);
    expect(problems).toMatchObject([
      {
        code: 'lock-differs',
        message: expect.stringContaining('The model "tiny-embedder" has changed'),
        location: { file, node: 'vectors' },
      },
    ]);
    await expect(workspace.runs.start(graph, file)).rejects.toMatchObject({ code: 'lock-differs' });
    const lock = await workspace.locks.taken(graph, file);
    expect(lock.models).toEqual({ 'tiny-embedder': { digest: '9'.repeat(64), size: 1_000_000 } });
    const taken = await workspace.runs.explain({ ...graph, lock }, file, { locked: true });
    expect(taken).not.toHaveProperty('drift');
    expect(taken.problems).toEqual([]);
  });

  it('is looked for by nobody where nothing is locked', async () => {
    expect(await workspace.runs.explain(graphOf(['a.txt']), file)).not.toHaveProperty('drift');
  });
});

describe('a run', () => {
  const graph = graphOf(['a.txt']);
  const path = (): string => join(root, file);
  const store = async (text = serializeGraph(graph)): Promise<string> =>
    (await workspace.graphs.save(file, text, null)).revision;
  async function run(options: object, of = graph): Promise<Graph> {
    const { finished } = await workspace.runs.start(of, file, options);
    await finished;
    return parseGraph(await readFile(path(), 'utf8'));
  }

  it('locks its file once it has succeeded, where that has no lock', async () => {
    const revision = await store();
    expect((await run({ revision })).lock.files).toEqual({ 'a.txt': entry('One.') });
    await writeFile(join(root, 'a.txt'), 'Two.');
    const { revision: locked } = await workspace.graphs.read(file);
    const again = parseGraph((await workspace.graphs.read(file)).text);
    expect((await run({ revision: locked }, again)).lock.files).toEqual({ 'a.txt': entry('One.') });
    expect((await workspace.graphs.read(file)).revision).toBe(locked);
  });

  it('locks nothing where a source was written to meanwhile: it may have read either', async () => {
    const revision = await store();
    const { finished } = await workspace.runs.start(graph, file, { revision });
    await writeFile(join(root, 'a.txt'), 'Two.');
    expect((await finished).status).toBe('succeeded');
    expect((await workspace.graphs.read(file)).revision).toBe(revision);
  });

  it('with settings, of one node only, that failed, or that is to keep to the lock, does not', async () => {
    const revision = await store();
    const failing: Graph = {
      ...graph,
      nodes: { ...graph.nodes, fails: { type: 'fail', version: 1, params: {} } },
    };
    await run({});
    await run({ revision, only: 'files' });
    await run({ revision }, failing);
    await run({ revision, locked: true }).catch(() => undefined);
    expect((await workspace.graphs.read(file)).revision).toBe(revision);
  });

  it('never writes over what was saved meanwhile', async () => {
    const revision = await store();
    const newer = serializeGraph({ ...graph, layout: { files: { x: 1, y: 1 } } });
    const { finished } = await workspace.runs.start(graph, file, { revision });
    await workspace.graphs.save(file, newer, revision);
    await finished;
    expect(await readFile(path(), 'utf8')).toBe(newer);
  });

  it('changes nothing but the lock: a file that is written otherwise stays as it is', async () => {
    const text = serializeGraph(graph).replaceAll('\n', '\r\n');
    const revision = await store(text);
    await run({ revision });
    expect(await readFile(path(), 'utf8')).toBe(text);
  });

  it('succeeds where its file is gone by then', async () => {
    const revision = await store();
    const { finished } = await workspace.runs.start(graph, file, { revision });
    await rm(path());
    expect((await finished).status).toBe('succeeded');
    await expect(readFile(path())).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
