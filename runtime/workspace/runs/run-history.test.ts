import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Answers, Metrics, type ArtifactRef, type PortType, type StepSummary } from '@graft/graph';
import { beforeAll, expect, it } from 'vitest';
import { openWorkspace } from '../open-workspace.ts';
import type { Workspace } from '../workspace-rooms.ts';

let workspace: Workspace;

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'graft-history-'));
  workspace = await openWorkspace({ root, modelsFolder: join(root, 'models') });
  return async () => {
    await workspace[Symbol.asyncDispose]();
    await rm(root, { recursive: true, force: true });
  };
});

async function artifact(
  { mediaType, version }: PortType,
  rows: readonly object[],
  summary?: string,
): Promise<ArtifactRef> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await workspace.artifacts.put([bytes]);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return {
    digest,
    mediaType,
    size: bytes.length,
    schema: version,
    ...(summary === undefined ? {} : { summary }),
  };
}

const answer = (at: number, isRight: boolean) => ({
  id: `q${at}`,
  question: { id: `q${at}`, question: 'When?', reference: 'At 05:40.' },
  ...{ text: isRight ? 'At 05:40.' : 'At noon.', citations: [] },
  ...{ promptTokens: 1, completionTokens: 1, finishReason: 'stop' },
});

interface Recorded {
  readonly file?: string;
  readonly startedAt: number;
  readonly outputs?: Readonly<Record<string, ArtifactRef>>;
  /** By node, the output that it received. */
  readonly inputs?: Readonly<Record<string, ArtifactRef>>;
}

async function record(
  id: string,
  { file = 'a.graft.json', startedAt, outputs = {}, inputs = {} }: Recorded,
) {
  const { journal } = workspace;
  await journal.create({ id, file, status: 'running', startedAt, owner: 'nobody:1' });
  const steps = Object.entries(outputs).map(([node, output]): StepSummary => ({
    ...{ node, type: 'any', status: 'succeeded', ms: 1, outputs: { out: output } },
    parts: Object.entries(inputs).flatMap(([to, { digest }]) =>
      to === node ? [{ name: 'input.answers', value: digest }] : [],
    ),
  }));
  await journal.append(
    id,
    steps.map((step, at) => ({
      ...{ type: 'step.finished' as const, seq: at + 1, runId: id, at: startedAt, step },
    })),
  );
  await journal.finish(id, { status: 'succeeded', finishedAt: startedAt + 10 });
}

const page = (query: Parameters<Workspace['history']['page']>[0], limit = 50) =>
  workspace.history.page(query, { offset: 0, limit });
const idsOf = (runs: readonly { readonly id: string }[]): readonly string[] =>
  runs.map(({ id }) => id);

it('reads the scores of runs that no version recorded, and keeps them', async () => {
  const answers = await artifact(Answers, [answer(1, true), answer(2, false), answer(3, false)]);
  const means = { series: 'summary', values: { mrr: 0.5, 'recall@3': 0.75 } };
  const item = { series: 'hits', item: 'q1', values: { 'recall@3': 1 } };
  const metrics = await artifact(Metrics, [item, means], 'recall@3 0.750');
  await record('few', { startedAt: 1, outputs: { score: metrics, write: answers } });
  const { runs, scores } = await page({ file: 'a.graft.json' });
  const expected = [
    { node: 'write', metric: 'right', value: 1 / 3, right: 1, of: 3 },
    { node: 'score', metric: 'recall@3', value: 0.75 },
    { node: 'score', metric: 'mrr', value: 0.5 },
  ];
  expect(runs[0]?.scores).toEqual(expected);
  expect((await workspace.journal.get('few'))?.scores).toEqual(expected);
  expect(scores.map(({ key }) => key)).toEqual(['write:right', 'score:recall@3', 'score:mrr']);
});

it('sorts and finds runs by scores, notes, tags and files, page by page', async () => {
  const all = await artifact(Answers, [answer(1, true), answer(2, true)]);
  await record('all', { startedAt: 2, outputs: { write: all } });
  await record('plain', { startedAt: 3 });
  await record('other', { startedAt: 4, file: 'b.graft.json', outputs: { write: all } });
  await workspace.journal.annotate('few', { note: 'Wrong hours', tags: ['baseline'] });
  expect(idsOf((await page({})).runs)).toEqual(['other', 'plain', 'all', 'few']);
  expect(idsOf((await page({ ascending: true })).runs)).toEqual(['few', 'all', 'plain', 'other']);
  const byScore = await page({ file: 'a.graft.json', order: 'score' });
  expect(idsOf(byScore.runs)).toEqual(['all', 'few', 'plain']);
  expect(idsOf((await page({ order: 'score', score: 'score:mrr' })).runs)[0]).toBe('few');
  expect(idsOf((await page({ text: '#base wrong' })).runs)).toEqual(['few']);
  expect(idsOf((await page({ text: '2 of 2 right' })).runs)).toEqual(['other', 'all']);
  expect(idsOf((await page({ text: 'b.graft' })).runs)).toEqual(['other']);
  expect((await page({})).tags).toEqual(['baseline']);
  const second = await workspace.history.page({}, { offset: 2, limit: 1 });
  expect([second.total, ...idsOf(second.runs)]).toEqual([4, 'all']);
});

it('gives the course of a score, oldest first', async () => {
  const course = await workspace.history.course({ file: 'a.graft.json' });
  expect(course.map(({ run, value, text }) => [run, value, text])).toEqual([
    ['few', 1 / 3, '1 of 3 right'],
    ['all', 1, '2 of 2 right'],
  ]);
  const hits = await workspace.history.course({ score: 'score:recall@3' });
  expect(hits.map(({ text }) => text)).toEqual(['recall@3 0.750']);
});

it('lists a page of a thousand runs without reading the steps of others', async () => {
  const { journal } = workspace;
  for (let at = 0; at < 1_000; at += 1) {
    const id = `many-${String(at).padStart(4, '0')}`;
    await journal.create({
      ...{ id, file: 'many.graft.json', status: 'succeeded', owner: 'nobody:1' },
      ...{ startedAt: 100 + at, finishedAt: 200 + at },
    });
  }
  const { runs, total } = await page({ file: 'many.graft.json' }, 100);
  expect([total, runs.length, runs[0]?.id]).toEqual([1_000, 100, 'many-0999']);
  expect(runs.every(({ scores }) => scores?.length === 0)).toBe(true);
  expect(await journal.get('many-0500')).not.toHaveProperty('scores');
});

it('leads with the answers that somebody evaluates', async () => {
  const aside = await artifact(Answers, [answer(1, true)]);
  const judged = await artifact(Answers, [answer(1, false)]);
  const metrics = await artifact(
    Metrics,
    [{ series: 'summary', values: { accuracy: 0 } }],
    'accuracy 0.000',
  );
  await record('two', {
    ...{ startedAt: 1, file: 'two.graft.json' },
    outputs: { aside, judged, score: metrics },
    inputs: { score: judged },
  });
  const { runs } = await page({ file: 'two.graft.json' });
  expect(runs[0]?.scores?.map(({ node }) => node)).toEqual(['judged', 'aside', 'score']);
});
