import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Answers,
  Questions,
  type ArtifactRef,
  type RunEvent,
  type StepSummary,
} from '@graft/graph';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { beforeAll, expect, it } from 'vitest';
import { allCells, rowsKey } from '@graft/view';
import { collectReport } from './collect-report.ts';
import { node, putText } from '../testing/ran.ts';

let workspace: Workspace;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-report-'));
  const root = join(folder, 'workspace');
  await mkdir(root);
  workspace = await openWorkspace({ root, modelsFolder: join(folder, 'models') });
  return async () => {
    await workspace[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
});

const put = (text: string): Promise<string> => putText(workspace, text);

/** Questions go into a graph of another file, and a loop of this one; `late` is drawn first and runs last. */
const file = 'flows/demo.graft.json';
const graph = {
  graft: 1,
  nodes: {
    questions: node('questions', { questions: 'Why?' }, 'What is asked'),
    inner: node('graph', { use: 'lib/inner.graft.json' }),
    again: node('repeat', { use: '#round', limit: 3 }),
    late: node('sample-rows', { least: 7 }),
  },
  edges: ['inner.rows -> late.rows', 'questions.questions -> inner.questions'],
  graphs: { round: { nodes: { ask: node('questions', {}) }, edges: [] } },
  notes: {
    first: { text: 'At the head', x: 0, y: 0, width: 9 },
    why: { text: '**Why** so', x: 0, y: 5, width: 9, about: 'late' },
  },
  layout: { late: [0, 0], questions: [300, 0], inner: [600, 0], again: [900, 0] },
};
const library = {
  graft: 1,
  nodes: { draw: node('sample-rows', { least: 5 }), unused: node('questions') },
  edges: [],
};

interface Made {
  readonly id: string;
  readonly rows: ArtifactRef;
}

/** Records a run with steps inside graphs, and one that failed with folders of this machine in what it says. */
async function record(id: string, kept: boolean): Promise<Made> {
  const { root, journal } = workspace;
  const question = { id: 'q', question: `Why </script> in ${root}?` };
  const digest = await put(`${JSON.stringify(question)}\n`);
  const rows = { digest, mediaType: Questions.mediaType, size: 1, count: 1 };
  const message = `${join(root, 'models', 'a.gguf')} and ${join(homedir(), 'b.gguf')} are gone`;
  const error = {
    ...{ code: 'missing-file', message, audience: 'user' as const },
    location: { file: join(root, 'models', 'a.gguf'), node: 'late' },
  };
  const done = (name: string, type: string, more: Partial<StepSummary> = {}): StepSummary => ({
    ...{ node: name, type, status: 'succeeded', ms: 5, outputs: {} },
    ...more,
  });
  const steps: StepSummary[] = [
    done('questions', 'questions', { outputs: { questions: rows } }),
    done('inner/draw', 'sample-rows', {
      outputs: { rows },
      device: 'cpu',
      // Set from outside: the file says 5.
      parts: [
        { name: 'engine.onnxruntime', value: 'onnxruntime code 2, onnxruntime-node 1.2.3' },
        { name: 'param.least', value: '9' },
        { name: 'param.seed', value: '0' },
      ],
    }),
    done('again', 'repeat'),
    done('again#1/ask', 'questions', { outputs: { questions: rows } }),
    done('again#2/ask', 'questions'),
    done('late', 'sample-rows', { status: 'failed', error }),
  ];
  const stamp = { runId: id, at: 1 };
  const first = steps.filter(({ node: name }) => !name.includes('#'));
  const events: Omit<Extract<RunEvent, { type: 'run.started' }>, 'seq'>[] = [
    {
      ...{ ...stamp, type: 'run.started', file },
      nodes: first.map(({ node: name, type }) => ({ node: name, type })),
      aliases: { 'inner.rows': ['inner/draw.rows'] },
    },
  ];
  const rounds = [1, 2].map((round) => ({
    ...{ ...stamp, type: 'run.extended' as const, loop: 'again', round, limit: 3 },
    nodes: [{ node: `again#${String(round)}/ask`, type: 'questions' }],
  }));
  // What `late` had come to before it failed.
  const late = { ...stamp, node: 'late' };
  const losses = [1, 2].map((step) => ({
    ...{ ...late, type: 'step.metrics' as const },
    row: { series: 'train', step, values: { loss: 1 / step } },
  }));
  const token = { ...late, type: 'step.token' as const, item: 'q', text: 'Because the' };
  const finished = steps.map((step) => ({ ...stamp, type: 'step.finished' as const, step }));
  const kinds = kept ? { graph: await put(JSON.stringify(graph)) } : {};
  const used = kept
    ? { graphs: { 'lib/inner.graft.json': await put(JSON.stringify(library)) } }
    : {};
  const owner = 'nobody:1';
  await journal.create({ id, file, status: 'running', startedAt: 1, owner, ...kinds, ...used });
  const all = [...events, ...rounds, ...losses, token, ...finished].map((event, at) => ({
    ...event,
    seq: at + 1,
  }));
  await journal.append(id, all);
  await journal.finish(id, { status: 'failed', finishedAt: 2, error: message });
  return { id, rows };
}

async function reportOf({ id }: Made) {
  const run = await workspace.journal.get(id);
  if (run === undefined) throw new Error('The run was not recorded.');
  return collectReport(workspace, run);
}

it('has the nodes as the notebook has them, with those of used graphs and rounds inside', async () => {
  const made = await record('kept', true);
  const report = await reportOf(made);
  expect(report).toMatchObject({ title: 'demo', devices: ['cpu'] });
  expect(report.engines).toEqual(['onnxruntime code 2', 'onnxruntime-node 1.2.3']);
  expect(report.cells.map(({ title, path }) => [path, title])).toEqual([
    ['questions', 'What is asked'],
    ['inner', 'inner'],
    ['late', 'Sample'],
    ['again', 'round'],
  ]);
  const [questions, inner, late, again] = report.cells;
  expect(questions?.params).toEqual({ questions: 'Why?' });
  expect(inner?.outputs).toMatchObject([
    { port: 'rows', madeBy: 'inner/draw', artifact: made.rows },
  ]);
  expect(inner?.inside).toMatchObject([
    { cells: [{ path: 'inner/draw' }, { path: 'inner/unused' }] },
  ]);
  expect(again?.inside).toMatchObject([
    { round: 1, cells: [{ path: 'again#1/ask' }] },
    { round: 2, cells: [{ path: 'again#2/ask' }] },
  ]);
  expect(late?.step?.status).toBe('failed');
  expect(late?.unfinished).toMatchObject({
    view: 'sample-rows',
    metrics: [{ step: 1 }, { step: 2 }],
    texts: { q: 'Because the' },
  });
  expect(questions?.unfinished).toBeUndefined();
  // As the run had them: what was set from outside, and nothing that is a default.
  const [draw, unused] = inner?.inside[0]?.cells ?? [];
  expect(draw?.params).toEqual({ least: 9 });
  expect(unused?.step).toBeUndefined();
  // It gives rows of any type: these are drawn in the view of a type that gives such.
  expect(draw?.outputs[0]).toMatchObject({ params: { least: 9, share: 0.1 } });
  expect(draw?.outputs[0]?.view).not.toBe('sample-rows');
  expect(report.rows[rowsKey(made.rows)]).toMatchObject({ total: 1, gone: false });
  expect(Object.keys(report.rows)).toHaveLength(1);
});

it('has the steps of a run whose graph is no longer kept', async () => {
  const { cells } = await reportOf(await record('gone', false));
  expect(allCells(cells).map(({ path }) => path)).toEqual([
    ...['questions', 'inner/draw', 'again', 'again#1/ask', 'again#2/ask', 'late'],
  ]);
});

it('has notes where they are read', async () => {
  const report = await reportOf(await record('noted', true));
  expect(report.prose).toEqual(['At the head']);
  const said = report.cells.filter(({ prose }) => prose !== undefined);
  expect(said.map(({ path, prose }) => [path, prose])).toEqual([['late', ['**Why** so']]]);
});

it('says nowhere where this machine keeps the workspace, but in what rows hold', async () => {
  const { rows, ...told } = await reportOf(await record('told', true));
  const text = JSON.stringify(told);
  expect(text).toContain(JSON.stringify(join('models', 'a.gguf')).slice(1, -1));
  expect(text).not.toContain(JSON.stringify(workspace.root).slice(1, -1));
  expect(text).not.toContain(JSON.stringify(homedir()).slice(1, -1));
  expect(JSON.stringify(rows)).toContain(JSON.stringify(workspace.root).slice(1, -1));
});

it('says how many answers are right', async () => {
  const { journal } = workspace;
  const answer = (id: string, text: string): object => ({
    ...{ id, text, question: { id, question: 'When?', reference: 'At noon.' } },
    ...{ citations: [], promptTokens: 1, completionTokens: 1, finishReason: 'stop' },
  });
  const rows = [answer('a', 'At noon.'), answer('b', 'I do not know.')];
  const digest = await put(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const answers = { digest, mediaType: Answers.mediaType, size: 1 };
  const step: StepSummary = {
    ...{ node: 'generate', type: 'generate', status: 'succeeded', ms: 5 },
    outputs: { answers },
  };
  const stamp = { runId: 'answers', at: 1 };
  await journal.create({ id: 'answers', file, status: 'running', startedAt: 1, owner: 'nobody:1' });
  await journal.append('answers', [{ ...stamp, seq: 1, type: 'step.finished', step }]);
  await journal.finish('answers', { status: 'succeeded', finishedAt: 2 });
  const report = await reportOf({ id: 'answers', rows: answers });
  expect(report.rows[rowsKey(answers)]?.score).toEqual({ right: 1, wrong: 1 });
});

it('has the table of a run of an experiment, without folders of this machine', async () => {
  const { root, journal } = workspace;
  const id = 'experiment';
  const stamp = { runId: id, at: 1 };
  const started = {
    ...{ ...stamp, type: 'experiment.started' as const, file, experiment: 'by-size' },
    ...{ baseline: 'a', metrics: ['score.metrics:mrr'], variants: [], runs: 0 },
  };
  const table = {
    ...{ baseline: 'a', confidence: 0.95, settings: [], metrics: [] },
    rows: [
      { variant: 'a', settings: {}, cells: [], cost: {}, problem: `${join(root, 'x')} is gone` },
    ],
  };
  const finished = {
    ...{ ...stamp, type: 'experiment.finished' as const, status: 'failed' as const, table, ms: 1 },
  };
  const experiment = 'by-size';
  const score = node('score-hits');
  const vary = { 'score.k': [1, 2] };
  const experiments = { 'by-size': { vary, baseline: 'k=1', metrics: ['score.metrics:mrr'] } };
  await journal.create({
    ...{ id, file, experiment, status: 'running', startedAt: 1, owner: 'nobody:1' },
    graph: await put(JSON.stringify({ ...graph, nodes: { ...graph.nodes, score }, experiments })),
  });
  await journal.appendExperiment(id, [
    { ...started, seq: 1 },
    { ...finished, seq: 2 },
  ]);
  await journal.finish(id, { status: 'failed', finishedAt: 2 });
  const run = await journal.get(id);
  if (run === undefined) throw new Error('The run was not recorded.');
  const report = await collectReport(workspace, run);
  expect(report.experiment).toMatchObject({
    name: 'by-size',
    table: { rows: [{ variant: 'a', problem: 'x is gone' }] },
  });
  // As the node says it that the metric is of.
  expect(report.experiment?.meanings['mrr']).toMatch(/\w+/);
  expect(report.cells).toEqual([]);
});
