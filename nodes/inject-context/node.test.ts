import type { Hit, QuestionHits } from '@graft/graph';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowsInput, runAll } from '../kit/testing/test-context.ts';
import { injectContext } from './node.ts';
import { run } from './run.ts';

type Params = Parameters<typeof run.expand>[2];

function hit(rank: number, text: string): Hit {
  const source = {
    documentId: 'a',
    path: 'kilns.md',
    title: 'Kilns',
    start: 0,
    end: text.length,
    firstLine: 3,
    lastLine: 5,
  };
  const chunk = { id: `a:${rank}`, text, headings: ['Kilns', 'Eastern'], source, metadata: {} };
  return { rank, score: 1 / rank, scores: {}, chunk };
}
const row = (texts: readonly string[], question = 'When?'): QuestionHits => ({
  id: 'q1',
  question: { id: 'q1', question },
  hits: texts.map((text, at) => hit(at + 1, text)),
});
async function inject(hits: QuestionHits, params: Partial<Params> = {}) {
  const [prompt] = await runAll(run, [hits], {
    inputs: { hits: rowsInput([hits]) },
    params: injectContext.params.parse(params),
  });
  if (prompt === undefined) throw new Error('no prompt');
  return prompt;
}

it('numbers the best passages before the question', async () => {
  const prompt = await inject(row(['Lit at 05:40.', 'Slow climb.', 'In May.', 'Fourth.']));
  expect(prompt.text).toBe(
    '[1] Kilns\nLit at 05:40.\n\n[2] Kilns\nSlow climb.\n\n[3] Kilns\nIn May.\n\nUsing only the passages above, answer in one short sentence. When?',
  );
  expect(prompt.passages.map(({ number, chunkId }) => [number, chunkId])).toEqual([
    [1, 'a:1'],
    [2, 'a:2'],
    [3, 'a:3'],
  ]);
  expect(prompt.dropped).toBe(0);
});

it('marks exact spans and keeps the budget, whatever texts and templates hold', async () => {
  const text = fc.oneof(
    fc.lorem(),
    fc.constantFrom('$&', '{text}', '{context}', '{question} $1', '[2]'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text), fc.integer({ min: 16, max: 200 }), async (texts, budget) => {
      const prompt = await inject(row(texts, 'Why $& {context}?'), { budget, top: 5 });
      for (const [at, passage] of prompt.passages.entries()) {
        expect(passage.number).toBe(at + 1);
        const chunk = texts[Number(passage.chunkId.slice(2)) - 1];
        expect(prompt.text.slice(passage.start, passage.end)).toBe(chunk);
      }
      expect(prompt.tokens).toBeLessThanOrEqual(Math.max(budget, 16));
      expect(prompt.dropped + prompt.passages.length).toBe(Math.min(5, texts.length));
      expect(prompt.text).toContain('Why $& {context}?');
    }),
  );
});

it('drops what does not fit and takes a shorter one after it', async () => {
  const prompt = await inject(row(['Short.', 'word '.repeat(100).trim(), 'Also short.']), {
    budget: 40,
  });
  expect(prompt.passages.map(({ chunkId }) => chunkId)).toEqual(['a:1', 'a:3']);
  expect(prompt.dropped).toBe(1);
});

it('writes the same passages in another order, by chance always the same', async () => {
  const texts = ['Lit at 05:40.', 'Slow climb.', 'word '.repeat(60).trim(), 'In May.', 'Fourth.'];
  const ids = async (question: string, order: Params['order']): Promise<string[]> => {
    const prompt = await inject(row(texts, question), { top: 5, budget: 60, order });
    expect(prompt.passages.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    for (const { start, end, chunkId } of prompt.passages) {
      expect(prompt.text.slice(start, end)).toBe(texts[Number(chunkId.slice(2)) - 1]);
    }
    return prompt.passages.map(({ chunkId }) => chunkId);
  };
  const best = ['a:1', 'a:2', 'a:4', 'a:5'];
  expect(await ids('When?', 'best-first')).toEqual(best);
  expect(await ids('When?', 'best-last')).toEqual(best.toReversed());
  const questions = Array.from({ length: 48 }, (_, at) => `Question ${String(at)}?`);
  const shuffled = await Promise.all(questions.map((question) => ids(question, 'shuffled')));
  for (const order of shuffled) expect(order.toSorted()).toEqual(best);
  // The best stands in each of the four places about as often.
  for (const place of [0, 1, 2, 3]) {
    const times = shuffled.filter((order) => order[place] === 'a:1').length;
    expect(times, String(place)).toBeGreaterThan(4);
    expect(times, String(place)).toBeLessThan(24);
  }
  expect(await ids('Question 7?', 'shuffled')).toEqual(shuffled[7]);
});

it('asks without context when top is 0', async () => {
  expect((await inject(row(['Lit.']), { top: 0 })).text).toBe('When?');
});

it('fills every name of the passage template', async () => {
  const passage = '({number}) {path}, {lines}, {headings}, {title}, {other}: {text}!';
  const prompt = await inject(row(['Lit.']), { passage, template: 'Q: {question}\n{context}' });
  expect(prompt.text).toBe('Q: When?\n(1) kilns.md, 3–5, Kilns › Eastern, Kilns, {other}: Lit.!');
});

it.each([{ template: 'no context {question}' }, { template: '{context}' }, { passage: 'none' }])(
  'refuses %o',
  (params) => {
    expect(injectContext.params.safeParse(params).success).toBe(false);
  },
);
