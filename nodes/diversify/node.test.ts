import type { Embedder, Hit, QuestionHits } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, runAll, testContext } from '../kit/testing/test-context.ts';
import { marginalOrder } from './marginal-order.ts';
import { diversify } from './node.ts';
import { run } from './run.ts';

/** Texts that were embedded. */
const asked: string[] = [];
/** A text's vector points where its number of degrees says. */
const compass: Embedder = {
  ...{ model: 'compass', dimension: 2, device: 'cpu' },
  embed(texts) {
    asked.push(...texts);
    const angles = texts.map((text) => (Number(/(\d+)°/.exec(text)?.[1]) * Math.PI) / 180);
    return Promise.resolve(angles.map((one) => Float32Array.of(Math.cos(one), Math.sin(one))));
  },
  embedTokens: () => Promise.reject(new Error('not asked for')),
};

function hit(text: string, score: number, document = text): Hit {
  const lines = { start: 0, end: 1, firstLine: 1, lastLine: 1 };
  const source = { documentId: document, path: document, title: document, ...lines };
  return {
    ...{ rank: 1, score, scores: { rrf: score } },
    chunk: { id: text, text, headings: [], source, metadata: {} },
  };
}

async function choose(
  hits: readonly Hit[],
  params: object,
  ctx = testContext(),
): Promise<readonly Hit[]> {
  const ranked = hits.map((one, at) => ({ ...one, rank: at + 1 }));
  const row: QuestionHits = { id: 'q', question: { id: 'q', question: 'Which?' }, hits: ranked };
  const backends = { ...ctx.backends, embedder: () => Promise.resolve(compass) };
  const [result] = await runAll(run, [row], {
    ctx: testContext({ ...ctx, backends }),
    inputs: { hits: rowsInput([row]) },
    params: diversify.params.parse(params),
  });
  expect(result?.hits.map(({ rank }) => rank)).toEqual(result?.hits.map((_, at) => at + 1));
  expect(result?.hits.every(({ before = 0, chunk }) => hits[before - 1]?.chunk === chunk)).toBe(
    true,
  );
  return result?.hits ?? [];
}
const texts = (hits: readonly Hit[]) => hits.map(({ chunk }) => chunk.text);

it('takes the best first, and then what is least like those taken', async () => {
  const hits = [hit('a 0°', 10), hit('b 5°', 9), hit('c 90°', 6), hit('d 95°', 0)];
  const chosen = await choose(hits, { lambda: 0.5, top: 3 });
  expect(texts(chosen)).toEqual(['a 0°', 'c 90°', 'b 5°']);
  const value = (relevance: number, degrees: number) =>
    0.5 * relevance - 0.5 * Math.cos((degrees * Math.PI) / 180);
  expect(chosen.map(({ scores }) => scores)).toEqual([
    { rrf: 10, mmr: expect.closeTo(0.5, 6) },
    { rrf: 6, mmr: expect.closeTo(value(0.6, 90), 6) },
    { rrf: 9, mmr: expect.closeTo(value(0.9, 5), 6) },
  ]);
  expect(chosen.map(({ score }) => score)).toEqual(chosen.map(({ scores }) => scores.mmr));
});

it('agrees with the definition, taken word for word, on any hits', () => {
  let state = 7;
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 20; round += 1) {
    const candidates = Array.from({ length: 12 }, () => {
      const angle = random() * Math.PI;
      return { relevance: random(), vector: Float32Array.of(Math.cos(angle), Math.sin(angle)) };
    });
    const [least, most] = [Math.min, Math.max].map((of) =>
      of(...candidates.map(({ relevance }) => relevance)),
    ) as [number, number];
    const lambda = random();
    const given = marginalOrder(candidates, { lambda, top: 12 });
    const taken: number[] = [];
    for (const { at, value } of given) {
      const margin = (one: number): number => {
        const { relevance = 0, vector = new Float32Array(2) } = candidates[one] ?? {};
        const alike = taken.map((other) => {
          const [x = 0, y = 0] = candidates[other]?.vector ?? [];
          return x * (vector[0] ?? 0) + y * (vector[1] ?? 0);
        });
        const scaled = (relevance - least) / (most - least);
        return lambda * scaled - (1 - lambda) * Math.max(0, ...alike);
      };
      const open = candidates.flatMap((_, one) => (taken.includes(one) ? [] : [margin(one)]));
      expect(value).toBeCloseTo(Math.max(...open), 6);
      expect(value).toBeCloseTo(margin(at), 6);
      taken.push(at);
    }
    expect(taken.toSorted((a, b) => a - b)).toEqual(candidates.map((_, at) => at));
    const values = given.map(({ value }) => value);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
  }
});

const lit = 'The eastern kiln is lit at twenty to six by the guard who has the night watch';

it('leaves out what says nearly the same, and counts it at the one that stays', async () => {
  const hits = [
    ...[hit(lit, 5, 'a'), hit(`${lit} today`, 4, 'b'), hit('It cools for a day.', 3, 'c')],
    hit(lit.toUpperCase(), 2, 'd'),
  ];
  const chosen = await choose(hits, { lambda: 1 });
  expect(texts(chosen)).toEqual([lit, 'It cools for a day.']);
  expect(chosen[0]).toMatchObject({ score: 5, scores: { rrf: 5, duplicates: 2 } });
  expect(chosen[1]?.scores).toEqual({ rrf: 3 });
  expect(texts(await choose(hits, { lambda: 1, duplicates: 1 }))).toHaveLength(3);
  expect(texts(await choose(hits, { lambda: 1, duplicates: 0 }))).toHaveLength(4);
});

it('takes no more of a document than it may', async () => {
  const hits = [hit('a 0°', 3, 'x'), hit('b 1°', 2, 'x'), hit('c 2°', 1, 'y')];
  expect(texts(await choose(hits, { lambda: 1, perDocument: 1 }))).toEqual(['a 0°', 'c 2°']);
});

it('embeds a chunk once, with its context, and none where only relevance counts', async () => {
  asked.length = 0;
  const ctx = testContext();
  const [first, second] = [hit('a 0°', 2), hit('b', 1)];
  const hits = [first, { ...second, chunk: { ...second.chunk, context: 'Of 90°.' } }];
  await choose(hits, { lambda: 1 }, ctx);
  expect(asked).toEqual([]);
  await choose(hits, { lambda: 0.5 }, ctx);
  await choose(hits, { lambda: 0.2 }, ctx);
  expect(asked).toEqual(['a 0°', 'Of 90°.\n\nb']);
  const sources = (lambda: number) => diversify.sources?.(diversify.params.parse({ lambda }));
  expect(sources(1)).toEqual([]);
  expect(sources(0.5)).toEqual([{ kind: 'model', id: 'all-MiniLM-L6-v2', param: 'embedder' }]);
});

it('stands lists without hits', async () => {
  expect(await choose([], {})).toEqual([]);
});
