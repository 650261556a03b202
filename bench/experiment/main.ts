import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expandExperiment, parseGraph, type Graph } from '@graft/graph';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { median, printTable, verdict } from '../report/table.ts';

/**
 * An experiment of 12 variants that share loading, chunking, embedding and indexing, against the same work done one
 * after another: what they share once, then each of the 12 tails. For tails that retrieve and tails that generate. Needs
 * `npm run build` and the default models.
 */
const rounds = Number(process.argv[2] ?? 3);
const bar = 1.15;
const project = path.resolve(import.meta.dirname, '../..');
const workerEntry = path.join(project, 'apps/cli/dist/worker.mjs');
const file = 'bench.graft.json';

const prefix = {
  files: { type: 'load-files', version: 1, params: { paths: ['handbook/**/*.md'] } },
  chunk: { type: 'chunk', version: 1, params: {} },
  embed: { type: 'embed', version: 1, params: {} },
  index: { type: 'index', version: 1, params: {} },
  questions: { type: 'questions', version: 1, params: { paths: ['handbook-questions.jsonl'] } },
};
const prefixEdges = [
  'files.documents -> chunk.documents',
  'chunk.chunks -> embed.chunks',
  'embed.embeddings -> index.embeddings',
  'index.index -> retrieve.index',
  'questions.questions -> retrieve.questions',
];
const shared = ['index', 'questions'];

/** Each answers all questions by itself: three ways to search, four numbers of hits. */
const retrieval = graphOf(
  {
    retrieve: { type: 'retrieve', version: 1, params: { mode: 'hybrid', k: 10 } },
    score: { type: 'score-hits', version: 1, params: {} },
  },
  ['retrieve.hits -> score.hits'],
  {
    vary: { 'retrieve.mode': ['dense', 'bm25', 'hybrid'], 'retrieve.k': [5, 10, 20, 40] },
    metrics: ['score.metrics:recall@3'],
  },
);

/** Each writes an answer to four questions. */
const generation = graphOf(
  {
    questions: {
      ...prefix.questions,
      params: { ...prefix.questions.params, limit: 4 },
    },
    retrieve: { type: 'retrieve', version: 1, params: {} },
    inject: { type: 'inject-context', version: 1, params: { top: 2, budget: 512 } },
    model: { type: 'base-model', version: 1, params: { model: 'SmolLM2-135M-Instruct' } },
    generate: {
      type: 'generate',
      version: 1,
      params: { maxTokens: 32, temperature: 1, repeatPenalty: 1, seed: 1 },
    },
    score: { type: 'evaluate', version: 1, params: {} },
  },
  [
    'retrieve.hits -> inject.hits',
    'inject.prompts -> generate.prompts',
    'model.model -> generate.model',
    'generate.answers -> score.answers',
  ],
  {
    vary: { 'generate.repeatPenalty': [1, 1.1, 1.2], 'generate.seed': [1, 2, 3, 4] },
    metrics: ['score.metrics:f1'],
  },
);

const rows: string[][] = [];
const results: string[] = [];
for (const [name, graph] of [
  ['retrieval', retrieval],
  ['generation', generation],
] as const) {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // By turns, so that whatever else the machine does meets both.
    const apart = await withWorkspace((workspace) => oneByOne(workspace, graph));
    const together = await withWorkspace((workspace) => asExperiment(workspace, graph));
    ratios.push(together / (apart.prefix + apart.tails));
    const share = (part: number): string =>
      `${((100 * part) / (apart.prefix + apart.tails)).toFixed(0)} %`;
    rows.push([
      ...[name, String(round + 1), share(apart.prefix), share(apart.tails)],
      (together / (apart.prefix + apart.tails)).toFixed(3),
    ]);
  }
  const middle = median(ratios);
  results.push(`${name} ${middle.toFixed(3)} ${verdict(middle, { atMost: bar })}`);
}
console.log('12 variants; the whole experiment as a share of its parts, one after another.\n');
printTable(['tails', 'round', 'prefix', '12 tails', 'experiment'], rows);
console.log(`\nBar: experiment ≤ ${String(bar)} × (prefix once + 12 tails): ${results.join('; ')}`);

function graphOf(tail: object, edges: readonly string[], experiment: object): Graph {
  return parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: { ...prefix, ...tail },
      edges: [...prefixEdges, ...edges],
      experiments: { e: experiment },
    }),
  );
}

/** A workspace with nothing in its cache. */
async function withWorkspace<T>(work: (workspace: Workspace) => Promise<T>): Promise<T> {
  const root = await mkdtemp(path.join(tmpdir(), 'graft-experiment-'));
  try {
    await cp(path.join(project, 'examples'), root, { recursive: true });
    await using workspace = await openWorkspace({ root, workerEntry });
    return await work(workspace);
  } finally {
    await rm(root, { recursive: true });
  }
}

/** Milliseconds of what is shared, and of the tails one after another. */
async function oneByOne(workspace: Workspace, graph: Graph) {
  const { registry } = workspace;
  const models = workspace.models.lookup;
  const { variants } = expandExperiment(graph, 'e', { registry, models, file });
  // The file as saved is one of them.
  if (variants.length !== 12) throw new Error(`There are ${String(variants.length)} variants.`);
  const startedAt = performance.now();
  await run(workspace, graph, shared);
  const sharedAt = performance.now();
  for (const variant of variants) await run(workspace, variant.graph, ['score']);
  return { prefix: sharedAt - startedAt, tails: performance.now() - sharedAt };
}

async function run(workspace: Workspace, graph: Graph, only: readonly string[]): Promise<void> {
  const { finished } = await workspace.runs.start(graph, file, { only });
  const { status, error } = await finished;
  if (status !== 'succeeded') throw new Error(error?.message ?? status);
}

async function asExperiment(workspace: Workspace, graph: Graph): Promise<number> {
  const startedAt = performance.now();
  const { finished } = await workspace.experiments.start(graph, file, { name: 'e' });
  const { status, error } = await finished;
  if (status !== 'succeeded') throw new Error(error?.message ?? status);
  return performance.now() - startedAt;
}
