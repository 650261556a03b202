import type { Embedder, Hit, QuestionHits } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, runAll, testContext } from '../kit/testing/test-context.ts';
import { maxSim } from './max-sim.ts';
import { rerank } from './node.ts';
import { run } from './run.ts';

type Params = Parameters<typeof run.expand>[2];

function hit(rank: number, text: string): Hit {
  const source = {
    documentId: text,
    path: text,
    title: text,
    start: 0,
    end: 1,
    firstLine: 1,
    lastLine: 1,
  };
  const chunk = { id: text, text, headings: [], source, metadata: {} };
  return { rank, score: 1 / rank, scores: { rrf: 1 / rank }, chunk };
}
const row: QuestionHits = {
  id: 'q',
  question: { id: 'q', question: 'b' },
  hits: ['a', 'c', 'b', 'd'].map((text, at) => hit(at + 1, text)),
};

/** Texts whose token vectors were asked for. */
const asked: string[] = [];

/** Two-dimensional token vectors: a letter is an angle. */
const letters: Embedder = {
  model: 'letters',
  dimension: 2,
  device: 'cpu',
  embed: () => Promise.reject(new Error('not asked for')),
  embedTokens: (texts) => {
    asked.push(...texts);
    return Promise.resolve(
      texts.map((text) => ({
        tokens: text.length,
        vectors: Float32Array.from(
          Array.from(text).flatMap((letter) => {
            const angle = (letter.charCodeAt(0) - 97) / 2;
            return [Math.cos(angle), Math.sin(angle)];
          }),
        ),
      })),
    );
  },
  countTokens: (text) => text.length,
};
async function rank(params: Partial<Params>, rows = [row], base = testContext()) {
  const ctx = testContext({
    ...base,
    backends: {
      ...base.backends,
      embedder: () => Promise.resolve(letters),
      crossEncoder: () =>
        Promise.resolve({
          model: 'reverse',
          device: 'cpu',
          score: (_query, passages) => Promise.resolve(passages.map((_, at) => at)),
        }),
    },
  });
  const [result] = await runAll(run, rows, {
    ctx,
    inputs: { hits: rowsInput(rows) },
    params: rerank.params.parse(params),
  });
  return result?.hits ?? [];
}

it('takes the mean of the best cosines', () => {
  const vectors = (...values: number[]) => ({
    tokens: values.length / 2,
    vectors: Float32Array.from(values),
  });
  expect(maxSim(vectors(1, 0, 0, 1), vectors(1, 0, 0.6, 0.8), 2)).toBeCloseTo((1 + 0.8) / 2, 6);
  expect(maxSim(vectors(1, 0), vectors(), 2)).toBe(-1);
});

it('fuses late interaction with the incoming order and keeps the parts', async () => {
  const hits = await rank({});
  // MaxSim alone: b, then a and c level, then d. With the incoming order: a at 1 and 2, b at 3 and 1.
  expect(hits.map(({ chunk }) => chunk.text)).toEqual(['a', 'b', 'c', 'd']);
  expect(hits.map((each) => each.rank)).toEqual([1, 2, 3, 4]);
  expect(hits[0]?.score).toBeCloseTo(1 / 61 + 1 / 62, 12);
  expect(hits[1]?.score).toBeCloseTo(1 / 63 + 1 / 61, 12);
  expect(hits[1]?.scores).toEqual({ rrf: 1 / 3, rerank: expect.closeTo(1, 6) });
});

it('computes the token vectors of a chunk once, however many questions it is a hit of, and in later runs not again', async () => {
  asked.length = 0;
  const ctx = testContext();
  const other = { ...row, id: 'r', question: { id: 'r', question: 'bc' } };
  const first = await rank({}, [row, other], ctx);
  expect([...asked].sort()).toEqual(['a', 'b', 'bc', 'c', 'd']);
  asked.length = 0;
  expect(await rank({ weight: 1 }, [row, other], ctx)).toEqual(first);
  expect(asked).toEqual([]);
});

it('keeps the incoming order at weight 0, and follows late interaction at a high one', async () => {
  expect((await rank({ weight: 0 })).map(({ chunk }) => chunk.text).join('')).toBe('acbd');
  expect((await rank({ weight: 10 }))[0]?.chunk.text).toBe('b');
});

it('orders by the cross-encoder alone, and keeps the top', async () => {
  const hits = await rank({ method: 'cross-encoder', top: 2 });
  expect(hits.map(({ chunk, score }) => [chunk.text, score])).toEqual([
    ['d', 3],
    ['b', 2],
  ]);
});

it('asks only for the model that its method uses', () => {
  const sources = (params: object) => rerank.sources?.(rerank.params.parse(params));
  expect(sources({})).toEqual([{ kind: 'model', id: 'all-MiniLM-L6-v2', param: 'embedder' }]);
  expect(sources({ method: 'cross-encoder' })).toEqual([
    { kind: 'model', id: 'ms-marco-MiniLM-L6-v2', param: 'model' },
  ]);
});
