import type { Hit, SearchRequest } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { rowsInput, runAll, testContext, treeInput } from '../kit/testing/test-context.ts';
import { retrieve } from './node.ts';
import { run } from './run.ts';

function hitOf(id: string, rank: number): Hit {
  const span = { documentId: id, path: id, title: id, start: 0, end: 1, firstLine: 1, lastLine: 1 };
  const chunk = { id, text: id, headings: [], source: span, metadata: {} };
  return { rank, score: 1 / rank, scores: { dense: 1 / rank }, chunk };
}

const made = { model: 'all-MiniLM-L6-v2', digest: 'a'.repeat(64), dimension: 384 };
const facts = (id: string) => ({
  id,
  title: id,
  kind: 'embedder' as const,
  digest: id === made.model ? made.digest : 'b'.repeat(64),
  architecture: 'bert',
  format: 'onnx' as const,
  dimension: id === made.model ? 384 : 768,
  contextLength: 512,
  size: 1,
});
const check = (params: object) =>
  retrieve.check?.(retrieve.params.parse(params), { index: { embedder: made } }, facts);

it('refuses a 384-wide index under another embedder, naming both', () => {
  expect(check({ embedder: 'wide-768' })).toEqual([
    {
      port: 'index',
      param: 'embedder',
      message: expect.stringMatching(/all-MiniLM-L6-v2 \(384 wide\).*wide-768 \(768 wide\)/),
    },
  ]);
});

it('takes the embedder that made the index, named or not, and any for words alone', () => {
  expect(check({})).toEqual([]);
  expect(check({ embedder: made.model })).toEqual([]);
  expect(check({ embedder: 'wide-768', mode: 'bm25' })).toEqual([]);
});

it('shows what it is filtered by', () => {
  const summary = (params: object) => retrieve.summary(retrieve.params.parse(params));
  expect(summary({})).toEqual([
    ['mode', 'hybrid, RRF'],
    ['k', '20'],
  ]);
  expect(summary({ paths: ['sales/**'], metadata: { floor: '2' } })[2]).toEqual([
    'only',
    'sales/**, floor = 2',
  ]);
});

it('searches for every wording of a question, and fuses what they find', async () => {
  const log: string[] = [];
  const found: Record<string, string[]> = {
    one: ['a', 'b'],
    two: ['c', 'a'],
    three: ['b', 'c', 'a'],
  };
  const asked: SearchRequest[] = [];
  const base = testContext();
  const info = { rows: 1, dimension: 2, embedder: made.model, embedderDigest: made.digest };
  const ctx = testContext({
    log: (_level, message) => log.push(message),
    models: { ...base.models, facts },
    backends: {
      ...base.backends,
      embedder: (model) =>
        Promise.resolve({
          ...{ model: String(model), dimension: 2, device: 'cpu' },
          embed: (texts) => Promise.resolve(texts.map((text) => Float32Array.of(text.length, 0))),
          embedTokens: () => Promise.reject(new Error('not asked for')),
        }),
      openIndex: () =>
        Promise.resolve({
          info,
          search(request) {
            asked.push(request);
            return Promise.resolve((found[request.text] ?? []).map((id, at) => hitOf(id, at + 1)));
          },
          [Symbol.dispose]: () => undefined,
        }),
    },
  });
  const rows = [
    { id: 'p', question: 'one' },
    { id: 'q', question: 'one', variants: ['two', 'three'] },
  ];
  const [plain, varied] = await runAll(run, rows, {
    ctx,
    inputs: {
      questions: rowsInput(rows),
      index: { digest: '', path: '', info },
      trained: undefined,
    },
    params: retrieve.params.parse({ k: 2, candidates: 9 }),
  });
  expect(asked.map(({ text, k, vector }) => [text, k, vector?.[0]])).toEqual([
    ['one', 2, 3],
    ...[
      ['one', 9, 3],
      ['two', 9, 3],
      ['three', 9, 5],
    ],
  ]);
  expect(plain?.hits).toEqual([hitOf('a', 1), hitOf('b', 2)]);
  // a: ranks 1, 2, 3; b: 2, 1; c: 1, 2, equal to b, which was found first.
  expect(varied?.hits.map(({ chunk, rank }) => [chunk.id, rank])).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  expect(varied?.question).toEqual(rows[1]);
  expect(varied?.hits[0]?.scores).toEqual({
    ...{ dense: 1, versions: 3, rrf: expect.closeTo(1 / 61 + 1 / 62 + 1 / 63, 12) },
  });
  expect(varied?.hits[0]?.score).toBe(varied?.hits[0]?.scores.rrf);
  const again = async (params: object, questions = rows.slice(1)) =>
    runAll(run, questions, {
      ctx,
      inputs: {
        ...{ questions: rowsInput(questions), trained: undefined },
        index: { digest: '', path: '', info },
      },
      params: retrieve.params.parse(params),
    });
  // The question's own list alone decides.
  const [own] = await again({ k: 3, variantWeight: 0 });
  expect(own?.hits.map(({ chunk }) => chunk.id)).toEqual(['a', 'b', 'c']);
  expect(log).toEqual([]);
  await again({ paths: ['none/**'] }, [...rows, { id: 'r', question: 'four' }]);
  expect(log).toEqual([expect.stringMatching(/^No hits for 1 of 3 questions. Check that/)]);
});

describe('an embedder that is trained in the graph', () => {
  const tuned = { model: 'MiniLM tuned', dimension: 384, madeBy: { node: 'train', port: 'e' } };
  const other = { ...tuned, madeBy: { node: 'train-2', port: 'e' } };
  const checkBoth = (index: typeof made | typeof tuned, trained?: typeof made | typeof tuned) =>
    retrieve.check?.(
      retrieve.params.parse({}),
      { index: { embedder: index }, ...(trained && { trained: { embedder: trained } }) },
      facts,
    );

  it('searches the index that it made', () => {
    expect(checkBoth(tuned, tuned)).toEqual([]);
  });

  it('is refused an index of its base, and of another training, before anything runs', () => {
    const message = expect.stringMatching(
      /made with all-MiniLM-L6-v2, but .* embedded with MiniLM tuned.* Rebuild the index/,
    );
    expect(checkBoth(made, tuned)).toEqual([{ port: 'index', message }]);
    expect(checkBoth(other, tuned)).toHaveLength(1);
  });

  it('is missed where it made the index', () => {
    const message = expect.stringMatching(
      /MiniLM tuned, an embedder trained in this graph. Connect/,
    );
    expect(checkBoth(tuned)).toEqual([{ port: 'index', message }]);
  });
});

it('refuses other weights at run time too, where the plan did not know them', async () => {
  const base = testContext();
  const ctx = testContext({
    models: { ...base.models, facts },
    backends: {
      ...base.backends,
      openIndex: (_folder, info) =>
        Promise.resolve({
          info,
          search: () => Promise.reject(new Error('must not search')),
          [Symbol.dispose]: () => undefined,
        }),
    },
  });
  const question = { id: 'q', question: 'When?' };
  const info = { rows: 1, dimension: 384, embedder: made.model, embedderDigest: made.digest };
  const inputs = {
    questions: rowsInput([question]),
    index: { digest: '', path: '', info },
    trained: undefined,
  };
  const params = retrieve.params.parse({ embedder: 'wide-768' });
  await expect(run.runItems(ctx, [question], inputs, params)).rejects.toMatchObject({
    code: 'facet-mismatch',
    location: { node: 'node-1', port: 'index', param: 'embedder' },
  });
});

it('embeds questions with a query adapter where its base made the index, and no others', async () => {
  const base = testContext();
  const asked: unknown[] = [];
  const ctx = testContext({
    backends: {
      ...base.backends,
      embedder(model, use) {
        asked.push([model, use]);
        return Promise.resolve({
          ...{ model: 'm', dimension: 2, device: 'cpu' },
          embed: (texts) => Promise.resolve(texts.map(() => Float32Array.of(0, 1))),
          embedTokens: () => expect.fail('not asked for'),
        });
      },
      openIndex: (_folder, info) =>
        Promise.resolve({
          info,
          search: ({ vector }) => Promise.resolve([hitOf([...(vector ?? [])].join(), 1)]),
          [Symbol.dispose]: () => undefined,
        }),
    },
  });
  const trained = treeInput({
    ...{ id: 'mapped', digest: 'c', weights: '2_Dense/model.safetensors', architecture: 'bert' },
    ...{ dimension: 2, contextLength: 512, method: 'query-adapter' as const },
    base: { id: made.model, digest: made.digest },
  });
  const rows = [{ id: 'q', question: 'When?' }];
  const search = async (embedderDigest: string) =>
    runAll(run, rows, {
      ctx,
      inputs: {
        ...{ questions: rowsInput(rows), trained },
        index: {
          ...{ digest: '', path: '' },
          info: { rows: 1, dimension: 2, embedder: made.model, embedderDigest },
        },
      },
      params: retrieve.params.parse({ mode: 'dense', prompt: 'q: ' }),
    });
  const [found] = await search(made.digest);
  expect(found?.hits[0]?.chunk.id).toBe('0,1');
  expect(asked).toEqual([[trained, { texts: 'questions', dimension: 2, prompt: 'q: ' }]]);
  await expect(search('d'.repeat(64))).rejects.toMatchObject({ code: 'facet-mismatch' });
});

it('searches for some questions at a time: each holds all of its candidates', async () => {
  const base = testContext();
  const info = { rows: 1, dimension: 2, embedder: made.model, embedderDigest: made.digest };
  let [open, most] = [0, 0];
  const openIndex = () =>
    Promise.resolve({
      info,
      async search({ text }: SearchRequest) {
        open += 1;
        most = Math.max(most, open);
        await new Promise((done) => setImmediate(done));
        open -= 1;
        return [hitOf(text, 1)];
      },
      [Symbol.dispose]: () => undefined,
    });
  const rows = Array.from({ length: 20 }, (_, at) => ({ id: String(at), question: `q${at}` }));
  const found = await runAll(run, rows, {
    ctx: testContext({ backends: { ...base.backends, openIndex } }),
    inputs: {
      ...{ questions: rowsInput(rows), trained: undefined },
      index: { digest: '', path: '', info },
    },
    params: retrieve.params.parse({ mode: 'bm25' }),
  });
  expect(found.map(({ hits }) => hits[0]?.chunk.id)).toEqual(rows.map(({ question }) => question));
  expect(most).toBe(4);
});
