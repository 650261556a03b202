import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Answers, Metrics, type ArtifactRef, type StepSummary } from '@graft/graph';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { beforeAll, expect, it } from 'vitest';
import { compareRuns } from './compare-runs.ts';
import { node, putText } from '../testing/ran.ts';

let workspace: Workspace;

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'graft-compare-'));
  workspace = await openWorkspace({ root, modelsFolder: join(root, 'models') });
  return async () => {
    await workspace[Symbol.asyncDispose]();
    await rm(root, { recursive: true, force: true });
  };
});

const put = (text: string): Promise<string> => putText(workspace, text);

interface Recorded {
  readonly file?: string;
  readonly startedAt?: number;
  readonly experiment?: string;
  /** Absent: it is not kept. */
  readonly nodes?: Readonly<Record<string, object>>;
  readonly edges?: readonly string[];
  readonly steps: readonly (Partial<StepSummary> & Pick<StepSummary, 'node' | 'type'>)[];
}

let runs = 0;
async function record(recorded: Recorded): Promise<string> {
  const { nodes, edges = [], steps, file = 'a.graft.json', startedAt = 1, experiment } = recorded;
  const id = `run-${String((runs += 1))}`;
  const graph =
    nodes === undefined
      ? {}
      : { graph: await put(JSON.stringify({ graft: 1, nodes, edges, layout: {} })) };
  const owner = 'nobody:1';
  const of = experiment === undefined ? {} : { experiment };
  await workspace.journal.create({
    id,
    file,
    status: 'running',
    startedAt,
    owner,
    ...of,
    ...graph,
  });
  const stamp = { runId: id, at: 1 };
  const done = steps.map((step, at) => ({
    ...{ ...stamp, seq: at + 2, type: 'step.finished' as const },
    step: { status: 'succeeded' as const, ms: 5, outputs: {}, ...step },
  }));
  await workspace.journal.append(id, [
    {
      ...{ ...stamp, seq: 1, type: 'run.started', file },
      nodes: steps.map(({ node: name, type }) => ({ node: name, type })),
    },
    ...done,
  ]);
  await workspace.journal.finish(id, { status: 'succeeded', finishedAt: 2 });
  return id;
}

const compared = (...ids: readonly string[]) =>
  compareRuns(
    workspace,
    ids.map((run) => ({ run })),
  );

it('calls a node as its graph does, also beside a side that does not have it', async () => {
  const label = { node: 'label', type: 'label' };
  const cut = { node: 'cut', type: 'chunk' };
  const both = await record({
    nodes: { label: node('label'), cut: node('chunk') },
    steps: [label, cut],
  });
  const first = await record({ nodes: { cut: node('chunk', {}, 'Pieces') }, steps: [cut] });
  const { nodes } = await compared(both, first);
  expect(nodes.map(({ path, title }) => [path, title])).toEqual([
    ['label', 'Label'],
    ['cut', 'Chunk · Pieces'],
  ]);
  expect(nodes[0]?.sides[1]).toEqual({ absent: 'not in its graph' });
});

it('tells nodes apart that are called alike, and says so once where only one side has two', async () => {
  const steps = [{ node: 'cut', type: 'chunk' }];
  const two = await record({ nodes: { cut: node('chunk'), again: node('chunk') }, steps });
  const first = await record({ nodes: { cut: node('chunk') }, steps });
  const { nodes } = await compared(two, first);
  expect(nodes.map(({ title }) => title)).toEqual(['Chunk (cut)']);
});

it('calls a node by its type and id where no graph is kept', async () => {
  const steps = [
    { node: 'cut', type: 'chunk' },
    { node: 'odd', type: 'not-here' },
  ];
  const { nodes, runs: sides } = await compared(await record({ steps }), await record({ steps }));
  expect(nodes.map(({ title }) => title)).toEqual(['Chunk (cut)', 'odd']);
  expect(sides.map(({ graphKept }) => graphKept)).toEqual([false, false]);
});

it('says what differs of outputs, settings and edges, and what is gone from the store', async () => {
  const kept = (digest: string, mediaType = Answers.mediaType): ArtifactRef => ({
    ...{ digest, mediaType, size: 1, count: 1 },
  });
  const same = kept(await put('{"same":1}\n'));
  const gone = kept('0'.repeat(64), Metrics.mediaType);
  const step = (size: number, metrics: ArtifactRef) => ({
    ...{ node: 'cut', type: 'chunk', outputs: { answers: same, metrics } },
    parts: [{ name: 'param.size', value: String(size) }],
  });
  const other = kept(await put('{"other":1}\n'), Metrics.mediaType);
  const nodes = { cut: node('chunk', { size: 5 }), read: node('load-files') };
  const before = await record({ nodes, steps: [step(5, gone)] });
  const after = await record({
    ...{ nodes, edges: ['read.documents -> cut.documents'] },
    steps: [step(9, other), { node: 'read', type: 'load-files', status: 'skipped' }],
  });
  const comparison = await compared(before, after);
  const [cut, read] = comparison.nodes;
  expect(cut?.outputs).toMatchObject([
    { port: 'answers', differs: false, rows: 'answers', gone: [false, false] },
    { port: 'metrics', differs: true, gone: [true, false] },
  ]);
  expect(cut?.outputs[1]).not.toHaveProperty('rows');
  const differing = cut?.settings.filter(({ differs }) => differs);
  expect(differing).toMatchObject([{ name: 'size', values: [{ text: '5' }, { text: '9' }] }]);
  expect(read?.sides).toMatchObject([{ absent: 'did not run' }, { status: 'skipped' }]);
  expect(comparison.edges).toEqual([
    {
      path: 'read.documents -> cut.documents',
      ...{ from: 'Files · documents', to: 'Chunk · documents', has: [false, true] },
    },
  ]);
});

it('compares one node with another: each has its own title, and edges say nothing', async () => {
  const steps = [
    { node: 'left', type: 'chunk' },
    { node: 'right', type: 'chunk' },
  ];
  const run = await record({
    nodes: { left: node('chunk', {}, 'Left'), right: node('chunk') },
    steps,
  });
  const comparison = await compareRuns(workspace, [
    { run, node: 'left' },
    { run, node: 'right' },
  ]);
  expect(comparison.nodes.map(({ title }) => title)).toEqual(['Left · Chunk']);
  expect(comparison.runs.map(({ nodeTitle }) => nodeTitle)).toEqual(['Left', 'Chunk']);
  expect(comparison.edges).toEqual([]);
});

it('compares nodes that the newest run left out as earlier runs left them', async () => {
  const answers = async (text: string): Promise<Record<string, ArtifactRef>> => ({
    answers: { digest: await put(text), mediaType: Answers.mediaType, size: 1, count: 1 },
  });
  const steps = [
    { node: 'before', type: 'chunk', cacheKey: 'b', outputs: await answers('one') },
    { node: 'after', type: 'chunk', cacheKey: 'a', outputs: await answers('two') },
  ];
  await record({ file: 'parts.graft.json', startedAt: 1, steps });
  const run = await record({
    ...{ file: 'parts.graft.json', startedAt: 2 },
    steps: [{ node: 'train', type: 'chunk' }],
  });
  // The page does not show an experiment's run in place of the graph's.
  await record({ file: 'parts.graft.json', startedAt: 3, experiment: 'sizes', steps: [] });
  const [both] = (
    await compareRuns(workspace, [
      { run, node: 'before' },
      { run, node: 'after' },
    ])
  ).nodes;
  expect(both?.outputs).toMatchObject([{ port: 'answers', differs: true }]);
});

it('refuses a run that is not there', async () => {
  await expect(compared('nowhere', 'nowhere')).rejects.toThrow(
    'The run nowhere no longer exists. Choose another.',
  );
});
