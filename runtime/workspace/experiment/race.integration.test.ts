import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGraph, type Graph } from '@graft/graph';
import { builtProcess } from '@graft/kit/testing';
import { openWorkspace, type Workspace } from '../workspace.ts';

/** Sixty questions, each with two documents that hold its answer, and a real search among them. */
const questions = 60;
const names = Array.from({ length: questions }, (_, at) => `Lot${String(at)}`);
let root: string;
let workspace: Workspace;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-race-')));
  await mkdir(join(root, 'lots'));
  for (const name of names) {
    await writeFile(join(root, 'lots', `${name}-a.md`), `${name} was sold by the harbour.\n`);
    await writeFile(join(root, 'lots', `${name}-b.md`), `${name} was bought back in spring.\n`);
  }
  const lines = names.map((name) => {
    const documents = ['a', 'b'].map((end) => `lots/${name}-${end}.md`);
    return `${JSON.stringify({ id: name, question: `What became of ${name}?`, documents })}\n`;
  });
  await writeFile(join(root, 'questions.jsonl'), lines.join(''));
  workspace = await openWorkspace({ root, threads: 2, workerEntry: builtProcess('worker') });
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

function graphOf(experiment: object): Graph {
  const node = (type: string, params: object = {}) => ({ type, version: 1, params });
  return parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        ask: node('questions', { paths: ['questions.jsonl'] }),
        files: node('load-files', { paths: ['lots'] }),
        chunk: node('chunk'),
        embed: node('embed'),
        index: node('index'),
        retrieve: node('retrieve', { k: 4, mode: 'bm25' }),
        score: node('score-hits', { k: 4 }),
      },
      edges: [
        'files.documents -> chunk.documents',
        'chunk.chunks -> embed.chunks',
        'embed.embeddings -> index.embeddings',
        'ask.questions -> retrieve.questions',
        'index.index -> retrieve.index',
        'retrieve.hits -> score.hits',
        'ask.questions -> score.questions',
      ],
      experiments: { e: { metrics: ['score.metrics:recall@4'], ...experiment } },
    }),
  );
}

const file = 'race.graft.json';
const vary = { 'retrieve.k': [1, 3, 8] };

/** The same search in two rounds of a loop, the second of which asks a half again; it collects its metrics. */
function loopedGraph(experiment: object): Graph {
  const node = (type: string, params: object = {}) => ({ type, version: 1, params });
  const round = {
    nodes: {
      in: node('input', { name: 'open' }),
      index: node('input', { name: 'index', type: 'index' }),
      retrieve: node('retrieve', { k: 4, mode: 'bm25' }),
      score: node('score-hits', { k: 4 }),
      half: node('sample-rows', { share: 0.5 }),
      open: node('output', { name: 'open' }),
      metrics: node('output', { name: 'metrics' }),
    },
    edges: [
      'in.value -> retrieve.questions',
      'index.value -> retrieve.index',
      'retrieve.hits -> score.hits',
      'score.metrics -> metrics.value',
      'in.value -> half.rows',
      'half.rows -> open.value',
    ],
    expose: { k: 'retrieve.k' },
  };
  const { nodes } = graphOf({});
  const loop = { use: '#round', while: 'open', collect: ['metrics'], limit: 2, 'set.k': 4 };
  return parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        ...Object.fromEntries(
          ['ask', 'files', 'chunk', 'embed', 'index'].map((id) => [id, nodes[id]]),
        ),
        loop: node('repeat', loop),
      },
      edges: [
        'files.documents -> chunk.documents',
        'chunk.chunks -> embed.chunks',
        'embed.embeddings -> index.embeddings',
        'ask.questions -> loop.open',
        'index.index -> loop.index',
      ],
      graphs: { round },
      experiments: { e: { metrics: ['loop.metrics:recall@4'], ...experiment } },
    }),
  );
}

/** Items of a step that the runs of an experiment computed and reused, by variant in the order of the looks. */
async function retrieved(
  parent: string,
  step = 'retrieve',
): Promise<Record<string, (readonly [number, number])[]>> {
  const items: Record<string, (readonly [number, number])[]> = {};
  const runs = await workspace.journal.list({ parent, limit: 100 });
  for (const run of runs.toSorted((a, b) => a.id.localeCompare(b.id))) {
    const steps = await workspace.journal.steps(run.id);
    const counts = steps.find(({ node }) => node === step);
    if (counts?.items === undefined) continue;
    const { computed, reused } = counts.items;
    (items[run.variant ?? ''] ??= []).push([computed, reused]);
  }
  return items;
}

describe('a race', () => {
  it('computes only the new rows at each look, drops who lies behind, and says what that saved', async () => {
    const graph = graphOf({ vary, race: { looks: 3 } });
    const handle = await workspace.experiments.start(graph, file, { name: 'e' });
    const { table, status, error } = await handle.finished;
    expect([status, error]).toEqual(['succeeded', undefined]);
    expect(table.rows.map(({ variant, cells: [cell] }) => [variant, cell?.mean, cell?.n])).toEqual([
      ['as saved', 1, 60],
      ['k=1', 0.5, 20],
      ['k=3', 1, 60],
      ['k=8', 1, 60],
    ]);
    expect(table.rows[1]?.problem).toMatch(
      /^Dropped at look 1 of 3, after 20 questions: −0\.500 \[.*\] to “.*”, the best so far\.$/,
    );
    expect(table.rows[1]?.cells[0]?.difference?.verdict).toBe('worse');
    expect(table.race).toBe(
      'The race dropped 1 of 3 variants early: 200 evaluations instead of 240, 17 % saved. The risk that it dropped the best for these seeds is at most 5 %.',
    );
    // Whoever embedded the documents held the embedder.
    const held = table.rows.map(({ cost }) => cost.bytes ?? 0);
    expect(Math.max(...held)).toBeGreaterThan(10_000_000);
    const whole = [
      [20, 0],
      [20, 20],
      [20, 40],
    ];
    expect(await retrieved(handle.runId)).toEqual({
      ...{ 'as saved': whole, 'k=3': whole, 'k=8': whole, 'k=1': [[20, 0]] },
    });
    expect(await workspace.experiments.table(handle.runId)).toEqual(table);

    // What the race computed is what a run of all would have: nothing but the rest of k=1 is left.
    const plain = await workspace.experiments.start(graphOf({ vary }), file, { name: 'e' });
    const { table: full } = await plain.finished;
    expect(full.rows.map(({ cells: [cell] }) => [cell?.mean, cell?.n])).toEqual([
      ...[1, 0.5, 1, 1].map((mean) => [mean, 60]),
    ]);
    expect(await retrieved(plain.runId)).toEqual({ 'k=1': [[40, 20]] });
  }, 240_000);

  it('cuts what a loop is given, where the loop collects its metrics over rounds', async () => {
    const graph = loopedGraph({ vary: { 'loop.set.k': [1, 5, 9] }, race: { looks: 3 } });
    const handle = await workspace.experiments.start(graph, 'loop.graft.json', { name: 'e' });
    const { table, status, error } = await handle.finished;
    expect([status, error]).toEqual(['succeeded', undefined]);
    expect(table.rows.map(({ variant, cells: [cell] }) => [variant, cell?.mean, cell?.n])).toEqual([
      ['as saved', 1, 60],
      ['set.k=1', 0.5, 20],
      ['set.k=5', 1, 60],
      ['set.k=9', 1, 60],
    ]);
    const looked = await retrieved(handle.runId, 'loop#1/retrieve');
    expect(looked['set.k=5']).toEqual([
      [20, 0],
      [20, 20],
      [20, 40],
    ]);
    expect(table.race).toContain('200 evaluations instead of 240');
  }, 240_000);

  it('is refused where its items cannot be cut, at its place', async () => {
    const graph = parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: {
          rows: { type: 'load-rows', version: 1, params: { type: 'metrics', file: 'm.jsonl' } },
        },
        edges: [],
        experiments: {
          e: { vary: { 'rows.file': ['a', 'b'] }, metrics: ['rows.rows:mrr'], race: true },
        },
      }),
    );
    await expect(workspace.experiments.plan(graph, file, 'e')).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(
        /^This experiment cannot race\. “Rows” .*"load-rows" does not score rows one by one/,
      ),
      location: { field: 'experiments.e.race', node: 'rows' },
    });
  });
});
