import type { Hit, ModelFacts, QuestionHits } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { trainReranker } from './node.ts';
import { mineLists } from './ranked-lists.ts';
import { run } from './run.ts';

function hit(path: string, text: string): Hit {
  const source = {
    documentId: path,
    path,
    title: path,
    start: 0,
    end: 1,
    firstLine: 1,
    lastLine: 1,
  };
  return {
    ...{ rank: 1, score: 1, scores: {} },
    chunk: { id: `${path} ${text}`, text, headings: [], source, metadata: {} },
  };
}
function row(id: string, documents: string[] | undefined, hits: readonly Hit[]): QuestionHits {
  const wanted = documents === undefined ? {} : { documents };
  return { id, question: { id, question: `${id}?`, ...wanted }, hits: [...hits] };
}
async function* streamed(rows: readonly QuestionHits[]): AsyncGenerator<QuestionHits> {
  yield* await Promise.resolve(rows);
}
const mine = (rows: readonly QuestionHits[], negatives = 2, seed = 1) =>
  mineLists(streamed(rows), { negatives, seed });

const others = ['b', 'c', 'd', 'e'].map((path) => hit(path, `of ${path}`));

it('takes the best hit of a wanted document, and others of the hits, by the seed', async () => {
  const rows = [row('q', ['a'], [...others, hit('a', 'right'), hit('a', 'later')])];
  const { lists } = await mine(rows);
  expect(lists).toHaveLength(1);
  expect(lists[0]).toMatchObject({ question: 'q?', documents: ['a'] });
  const [wanted, ...drawn] = lists[0]?.passages ?? [];
  expect(wanted).toBe('right');
  expect(drawn).toHaveLength(2);
  expect(new Set(drawn).size).toBe(2);
  expect(drawn.every((text) => others.some(({ chunk }) => chunk.text === text))).toBe(true);
  expect(await mine(rows)).toEqual(await mine([...rows]));
  const seeds = await Promise.all([2, 3, 4, 5].map((seed) => mine(rows, 2, seed)));
  expect(new Set(seeds.map(({ lists: [list] }) => list?.passages.join())).size).toBeGreaterThan(1);
  expect((await mine(rows, 9)).lists[0]?.passages).toHaveLength(5);
});

it('a passage that says what the wanted one says is not held against it', async () => {
  const { lists } = await mine([
    row('q', ['a'], [hit('a', 'same'), hit('b', 'same'), hit('c', 'x')]),
  ]);
  expect(lists[0]?.passages).toEqual(['same', 'x']);
});

it('a passage that holds the answer is not held against the question, whatever document it is from', async () => {
  const asked = (reference: string, hits: readonly Hit[]): QuestionHits => {
    const one = row('q', ['a'], hits);
    return { ...one, question: { ...one.question, reference } };
  };
  const copied = hit('copy', 'It is: at dawn, on Tuesdays.');
  const hits = [hit('a', 'At dawn on Tuesdays.'), copied, hit('c', 'At dusk.')];
  const { lists } = await mine([asked('at dawn on Tuesdays', hits)]);
  expect(lists[0]?.passages).toEqual(['At dawn on Tuesdays.', 'At dusk.']);
  expect(await mine([asked('At dawn, on Tuesdays', hits.slice(0, 2))])).toMatchObject({
    ...{ lists: [], alone: 1 },
  });
});

it('counts what nothing is learned from', async () => {
  const rows = [
    row('unnamed', undefined, others),
    row('none', [], others),
    row('missed', ['z'], others),
    row('alone', ['b'], others.slice(0, 1)),
    row('fits', ['b'], others),
  ];
  expect(await mine(rows)).toMatchObject({ unnamed: 2, missed: 1, alone: 1, lists: [{}] });
});

const facts: ModelFacts = {
  ...{ id: 'minilm', title: 'MiniLM', kind: 'embedder', digest: 'd', architecture: 'bert' },
  ...{ format: 'onnx', dimension: 3, contextLength: 64, size: 1 },
};

async function train(rows: readonly QuestionHits[]): Promise<unknown> {
  const base = testContext();
  const ctx = testContext({ models: { ...base.models, facts: () => facts } });
  return run.run(ctx, { hits: rowsInput(rows) }, trainReranker.params.parse({}));
}

it.each([
  [[row('q', ['z'], others)], /None of 1 question has a hit/],
  [[row('q', undefined, others)], /No question names the documents/],
  [[row('q', ['b'], others.slice(0, 1))], /hit from a document without its answer/],
])('refuses hits that nothing is learned from: %#', async (rows, message) => {
  await expect(train(rows)).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringMatching(message),
    location: { port: 'hits' },
  });
});

it('refuses what is no embedder of the family bert, and pairs longer than it reads', () => {
  const problems = (change: object, known: ModelFacts = facts) =>
    trainReranker.check?.(trainReranker.params.parse(change), {}, () => known);
  expect(problems({ maxLength: 64 })).toEqual([]);
  expect(problems({ maxLength: 65 })).toMatchObject([{ param: 'maxLength' }]);
  expect(problems({}, { ...facts, kind: 'language-model' })).toMatchObject([{ param: 'model' }]);
  expect(problems({}, { ...facts, architecture: 'roberta' })).toMatchObject([{ param: 'model' }]);
});
