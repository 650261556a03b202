import type { CrossEncoderInfo, Hit, ParamsOf, QuestionHits } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, runAll, testContext, treeInput } from '../kit/testing/test-context.ts';
import { rerank } from './node.ts';
import { run } from './run.ts';
import { ownHit, scoreShares } from './score-shares.tsx';

type Params = ParamsOf<typeof rerank>;

const texts = [
  'Home › Kilns › Prices\nThe kiln is lit at six by whoever has the watch.',
  'A kiln.',
  'Old pages of the yard, of which nobody knows who wrote them down.',
];
const row: QuestionHits = {
  id: 'q',
  question: { id: 'q', question: 'When is the kiln lit?' },
  hits: texts.map((text, at): Hit => {
    const place = { start: 0, end: text.length, firstLine: 1, lastLine: 1 };
    const source = { documentId: text, path: `${String(at)}.md`, title: text, ...place };
    const metadata = at === 2 ? {} : { date: `202${String(at)}-01-01` };
    const chunk = { id: text, text, headings: [], source, metadata };
    return { rank: at + 1, score: 1 / (at + 1), scores: { dense: 0.9 - at / 10 }, chunk };
  }),
};

async function ranked(params: Partial<Params>): Promise<{ hits: readonly Hit[]; given: Params }> {
  const { backends } = testContext();
  const score = (_query: string, passages: readonly string[]): Promise<number[]> =>
    Promise.resolve(passages.map(({ length }) => -length));
  const ctx = testContext({
    backends: {
      ...backends,
      crossEncoder: () => Promise.resolve({ model: 'shortest', device: 'cpu', score }),
    },
  });
  const given = rerank.params.parse({ today: '2026-11-01', ...params });
  const own = { id: 'own', digest: 'd', weights: 'model.onnx', architecture: 'bert' };
  const base: CrossEncoderInfo['base'] = { id: 'b', digest: 'b' };
  const trained = treeInput<CrossEncoderInfo>({ ...own, contextLength: 64, method: 'full', base });
  const inputs = { hits: rowsInput([row]), model: undefined, trained };
  const [result] = await runAll(run, [row], { ctx, inputs, params: given });
  return { hits: result?.hits ?? [], given };
}
const numberIn = (text: string): number => Number(/-?\d+\.\d+/.exec(text)?.[0]);

it('adds up the two orders of a fusion', async () => {
  const { hits, given } = await ranked({ method: 'trained', weight: 3 });
  expect(hits.map(({ rank, before }) => [rank, before])).toEqual([
    [1, 2],
    [2, 3],
    [3, 1],
  ]);
  for (const hit of hits) {
    const [before, own] = scoreShares(hit, given);
    expect([before?.part, before?.weight, own?.part, own?.weight]).toEqual([
      ...['before', 1, 'rerank', 3],
    ]);
    const sum = numberIn(before?.gives ?? '') + numberIn(own?.gives ?? '');
    expect(sum).toBeCloseTo(hit.score, 3);
  }
  expect(scoreShares(hits[0] ?? expect.fail(), given)[1]?.gives).toMatch(/ at rank 1$/);
  const { hits: kept, given: none } = await ranked({ method: 'trained', weight: 0 });
  expect(scoreShares(kept[0] ?? expect.fail(), none)[1]?.gives).toBe('+0.0000');
});

it('tells what each part of quality takes off', async () => {
  const { hits, given } = await ranked({ method: 'none', quality: 0.5, freshnessWeight: 0.8 });
  expect(hits).toHaveLength(3);
  for (const hit of hits) {
    const shares = scoreShares(hit, given);
    const factors = shares.slice(1, -1).map(({ gives }) => numberIn(gives));
    const product = factors.reduce((all, one) => all * one, 1);
    expect(product).toBeCloseTo(numberIn(shares.at(-1)?.gives ?? ''), 2);
    expect(numberIn(shares[0]?.gives ?? '') * product).toBeCloseTo(hit.score, 2);
    const freshness = shares.find(({ part }) => part === 'freshness');
    // The last has no date.
    expect(freshness?.weight).toBe(hit.before === 3 ? undefined : 0.8);
  }
});

it('leaves out what an earlier node left of quality, and a place that it did not change', async () => {
  const [first] = (await ranked({ method: 'trained', quality: 0.5 })).hits;
  const left = first ?? expect.fail();
  expect(Object.keys(left.scores)).toContain('quality');
  const fused = ownHit({ ...left, score: 0.03 }, { method: 'trained' });
  expect(fused.scores).toEqual({ dense: left.scores.dense, rerank: left.scores.rerank });
  expect(fused.before).toBe(left.before);
  const none = ownHit(left, { method: 'none' });
  expect('before' in none).toBe(false);
  // Of these its score is made still.
  expect(none.scores).toEqual(left.scores);
  const weighed = ownHit(left, { method: 'none', quality: 0.5 });
  expect(weighed).toEqual({ ...left, scores: expect.not.objectContaining({ rerank: 1 }) });
  expect(weighed.scores).not.toHaveProperty('rerank');
  expect(ownHit(left, { method: 'another' })).toBe(left);
});

it('tells nothing of a score that other parameters made', async () => {
  const fused = await ranked({ method: 'trained', weight: 3 });
  const weighed = await ranked({ method: 'none', quality: 0.5 });
  const alone = await ranked({ method: 'cross-encoder' });
  const told = (hits: readonly Hit[], params: Readonly<Record<string, unknown>>): number =>
    hits.reduce((all, hit) => all + scoreShares(hit, params).length, 0);
  expect(told(fused.hits, { ...fused.given, rrf: 7 })).toBe(0);
  expect(told(fused.hits, { ...fused.given, quality: 0.1 })).toBe(0);
  expect(told(weighed.hits, { ...weighed.given, quality: 0.6 })).toBe(0);
  expect(told(weighed.hits, { ...weighed.given, lengthWeight: 0.6 })).toBe(0);
  expect(told(alone.hits, alone.given)).toBe(0);
  expect(told(fused.hits, { method: 'another' })).toBe(0);
});
