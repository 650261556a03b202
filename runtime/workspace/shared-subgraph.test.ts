import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphError, parseGraph, type Graph } from '@graft/graph';
import { bundleTestFileRun, bundleTestWorker, type Bundle } from './testing/bundle-test-worker.ts';
import { workerTestRegistry } from './testing/test-nodes.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

let worker: Bundle;
let runner: Bundle;
let root: string;

const slow = { type: 'slow', version: 1, params: { ms: 150 } };
const library = {
  graft: 1,
  nodes: {
    in: { type: 'input', version: 1, params: { name: 'number' } },
    a: slow,
    b: { ...slow, params: { ms: 151 } },
    sum: { type: 'add', version: 1, params: {} },
    out: { type: 'output', version: 1, params: { name: 'sum' } },
  },
  edges: [
    'in.value -> a.value',
    'a.value -> b.value',
    'b.value -> sum.terms',
    'sum.sum -> out.value',
  ],
  expose: { wait: 'b.ms' },
};
const use = (path: string): object => ({ type: 'graph', version: 1, params: { use: path } });
/** Three uses of the library with the same input. */
const thrice = (name: string): object => ({
  graft: 1,
  nodes: {
    n: { type: 'number', version: 1, params: { value: 4 } },
    [`${name}-1`]: use('lib/sum.graft.json'),
    [`${name}-2`]: use('lib/sum.graft.json'),
    [`${name}-3`]: use('lib/sum.graft.json'),
    all: { type: 'add', version: 1, params: {} },
  },
  edges: [1, 2, 3].flatMap((i) => [
    `n.value -> ${name}-${String(i)}.number`,
    `${name}-${String(i)}.sum -> all.terms`,
  ]),
});

beforeAll(async () => {
  [worker, runner] = await Promise.all([bundleTestWorker(), bundleTestFileRun()]);
  root = await mkdtemp(join(tmpdir(), 'graft-subgraph-'));
  await mkdir(join(root, 'lib'));
  const files = { 'lib/sum': library, one: thrice('use'), other: thrice('again') };
  for (const [name, graph] of Object.entries(files)) {
    await writeFile(join(root, `${name}.graft.json`), JSON.stringify(graph));
  }
});
afterAll(async () => {
  await Promise.all([worker.remove(), runner.remove()]);
  await rm(root, { recursive: true, force: true });
});

const open = (): Promise<Workspace> =>
  openWorkspace({ root, registry: workerTestRegistry, workerEntry: worker.entry });
const graphOf = (value: object): Graph => parseGraph(JSON.stringify({ graft: 1, ...value }));
const problem = (run: Promise<unknown>): Promise<GraphError> =>
  run.then(
    () => expect.unreachable('it was accepted'),
    (error: unknown) => GraphError.from(error),
  );

describe('a graph that others use', () => {
  it('computes each step once for three uses in two files and two processes at once', async () => {
    const run = (file: string) =>
      promisify(execFile)(process.execPath, [runner.entry, root, worker.entry, file]);
    const ran = await Promise.all([run('one.graft.json'), run('other.graft.json')]);
    await using workspace = await open();
    const times = new Map<string, number>();
    for (const { stdout } of ran) {
      const runId = stdout.trim();
      expect((await workspace.journal.get(runId))?.status).toBe('succeeded');
      const steps = await workspace.journal.steps(runId);
      // A number, three uses of three steps, and what adds them.
      expect(steps).toHaveLength(11);
      for (const { cacheKey = '', status } of steps) {
        times.set(cacheKey, (times.get(cacheKey) ?? 0) + (status === 'succeeded' ? 1 : 0));
      }
    }
    expect([...times.values()]).toEqual([1, 1, 1, 1, 1]);
  });

  it('is called with an input, and gives its output', async () => {
    await using workspace = await open();
    const { text } = await workspace.graphs.read('lib/sum.graft.json');
    const graph = parseGraph(text);
    const inputs = { number: '4' };
    const before = await workspace.runs.explain(graph, 'lib/sum.graft.json', { inputs });
    expect(before.problems).toEqual([]);
    expect(before.nodes.map(({ node, verdict }) => [node, verdict])).toContainEqual(['in', 'hit']);
    const run = await workspace.runs.start(graph, 'lib/sum.graft.json', {
      inputs,
      outputs: ['sum'],
    });
    const end = await run.finished;
    expect(end.status).toBe('succeeded');
    expect(Object.keys(end.outputs).sort()).toEqual(['a', 'b', 'in', 'sum']);
    const start = (await workspace.journal.events(run.runId, 0, 1))[0];
    expect(start).toMatchObject({ type: 'run.started', aliases: { 'out.value': ['sum.sum'] } });
    const unknown = await problem(workspace.runs.start(graph, 'x', { inputs: { numbr: '4' } }));
    expect(unknown).toMatchObject({ code: 'unknown-port' });
    expect(unknown.message).toContain('Did you mean "number"?');
    expect(
      (await problem(workspace.runs.start(graph, 'x', { inputs, outputs: ['total'] }))).code,
    ).toBe('unknown-port');
    expect(
      (await problem(workspace.runs.start(graph, 'x', { inputs: { number: '{"id":' } }))).code,
    ).toBe('bad-row');
  });

  it('is a graph file of the workspace: none hidden, none outside, none through a link that leads out', async () => {
    await using workspace = await open();
    const outside = await mkdtemp(join(tmpdir(), 'graft-outside-'));
    await writeFile(join(outside, 'x.graft.json'), JSON.stringify(library));
    await symlink(outside, join(root, 'away'));
    const paths = {
      '../x.graft.json': 'outside-workspace',
      'away/x.graft.json': 'outside-workspace',
      '.graft/x.graft.json': 'bad-name',
      'lib/sum.json': 'bad-name',
      './lib/sum.graft.json': 'bad-param',
      'lib/gone.graft.json': 'missing-file',
    };
    for (const [path, code] of Object.entries(paths)) {
      const report = await workspace.runs.explain(
        graphOf({ nodes: { g: use(path) } }),
        'x.graft.json',
      );
      expect(report.problems[0], path).toMatchObject({
        code,
        location: { file: 'x.graft.json', node: 'g', param: 'use' },
      });
    }
    await rm(outside, { recursive: true });
  });
});
