import {
  type Chunk,
  embeddingLayoutSchema,
  type ModelFacts,
  parseGraph,
  plainLayout,
  planGraph,
  type QueryAdapterRequest,
  type Question,
  type Training,
} from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { registry } from '../definitions.gen.ts';
import { trainEmbedder } from './node.ts';
import { run } from './run.ts';

const facts: ModelFacts = {
  ...{ id: 'all-MiniLM-L6-v2', title: 'MiniLM', kind: 'embedder', digest: 'a'.repeat(64) },
  ...{ architecture: 'bert', format: 'onnx', dimension: 384, contextLength: 512, size: 1 },
};
const check = (params: object, known: Partial<ModelFacts> = {}) =>
  trainEmbedder.check?.(trainEmbedder.params.parse(params), {}, () => ({ ...facts, ...known }));

it('refuses what is no embedder, one of another family, and texts longer than it reads', () => {
  expect(check({})).toEqual([]);
  expect(check({}, { kind: 'language-model' })).toEqual([
    { param: 'model', message: expect.stringContaining('Choose an embedder') },
  ]);
  expect(check({}, { architecture: 'xlm-roberta' })).toEqual([
    { param: 'model', message: expect.stringMatching(/family xlm-roberta, but .*family bert/) },
  ]);
  expect(check({ maxLength: 600 })).toEqual([
    { param: 'maxLength', message: expect.stringContaining('at most 512 tokens') },
  ]);
});

it('refuses embedders whose vectors training cannot make, but not for a query adapter', () => {
  const refused = (layout: object, message: RegExp) => {
    const embedding = embeddingLayoutSchema.parse(layout);
    expect(check({}, { embedding })).toEqual([
      { param: 'model', message: expect.stringMatching(message) },
    ]);
    expect(check({ method: 'query-adapter' }, { embedding })).toEqual([]);
  };
  refused({ pooling: ['cls'] }, /has cls pooling, but training takes only mean pooling/);
  refused({ prompts: { question: 'q: ' } }, /has prompts before texts/);
  refused({ dense: [{ weights: '2_Dense/w', activation: 'Tanh' }] }, /has a dense layer/);
  expect(check({}, { embedding: plainLayout })).toEqual([]);
  expect(check({}, { format: 'gguf' })).toEqual([
    { param: 'model', message: expect.stringContaining('Choose it in ONNX') },
  ]);
});

it('takes an embedder of any family and context for a query adapter, and nothing else', () => {
  const params = { method: 'query-adapter', maxLength: 600 };
  expect(check(params, { architecture: 'xlm-roberta' })).toEqual([]);
  expect(check(params, { kind: 'language-model' })).toEqual([
    { param: 'model', message: expect.stringContaining('Choose an embedder') },
  ]);
});

it('says that its embedder is another than its base', () => {
  const params = trainEmbedder.params.parse({});
  expect(trainEmbedder.facets?.(params, {}, () => facts)).toEqual({
    embedder: { embedder: { model: 'all-MiniLM-L6-v2 tuned', dimension: 384 } },
  });
  const adapter = trainEmbedder.params.parse({ method: 'query-adapter' });
  expect(trainEmbedder.facets?.(adapter, {}, () => facts)).toEqual({
    embedder: {
      embedder: {
        ...{ model: 'all-MiniLM-L6-v2 with a query adapter', dimension: 384 },
        passages: { model: facts.id, digest: facts.digest },
      },
    },
  });
});

const chunk = (path: string, text: string): Chunk => ({
  ...{ id: `${path}#0`, text, headings: [], metadata: {} },
  source: {
    ...{ documentId: path, path, title: path, start: 0, end: text.length },
    ...{ firstLine: 1, lastLine: 1 },
  },
});
const chunks = [
  chunk('kiln.md', 'The eastern kiln is lit at dawn on Tuesdays.'),
  chunk('glaze.md', 'The eastern glaze dries for a day.'),
  chunk('clay.md', 'Clay comes on Mondays.'),
];
const question = { id: 'q', question: 'When is the kiln lit?' };
const dawn = { ...question, reference: 'At dawn.', documents: ['kiln.md'] };

async function train(questions: readonly Question[], params: object = {}): Promise<unknown> {
  const base = testContext();
  const ctx = testContext({ models: { ...base.models, facts: () => facts } });
  const inputs = { questions: rowsInput(questions), chunks: rowsInput(chunks) };
  return run.run(ctx, inputs, trainEmbedder.params.parse(params));
}

it.each([
  ['questions', [question], /None of 1 question names the documents.*Make dataset/],
  ['chunks', [{ ...dawn, documents: ['oven.md'] }], /No chunk comes from the documents.*oven\.md/],
  ['questions', [{ ...dawn, answerable: false }], /No questions with an answer/],
  ['questions', [], /No questions with an answer/],
])('refuses questions that pair with nothing, at %s: %#', async (port, questions, message) => {
  await expect(train(questions)).rejects.toMatchObject({
    ...{ code: 'bad-input', message: expect.stringMatching(message) },
    location: { node: 'node-1', port },
  });
});

it('asks for a map of the vectors that the embedder gives, each text once', async () => {
  const embedded: string[][] = [];
  const requests: QueryAdapterRequest[] = [];
  const base = testContext();
  const absent = (): never => expect.fail('asked for something else');
  const lengthOnly = (texts: readonly string[]) =>
    texts.map((text) => Float32Array.of(text.length, 1));
  const info = { ...facts, weights: 'w', base: { id: facts.id, digest: facts.digest } };
  const ctx = testContext({
    models: { ...base.models, facts: () => ({ ...facts, parameters: 996 }) },
    backends: {
      ...base.backends,
      embedder: () =>
        Promise.resolve({
          ...{ model: facts.id, dimension: 2, device: 'cpu' },
          embed(texts) {
            embedded.push([...texts]);
            return Promise.resolve(lengthOnly(texts));
          },
          embedTokens: absent,
        }),
      training: () =>
        Promise.resolve<Training>({
          ...{ train: absent, trainEmbedder: absent, trainReranker: absent, evaluate: absent },
          ...{ importAdapter: absent, mergeAdapters: absent, encodeAdapter: absent },
          ...{ mergeIntoModel: absent, compareAdapters: absent, randomModel: absent },
          trainQueryAdapter(request) {
            requests.push(request);
            const embedder = { ...info, dimension: 2, method: 'query-adapter' as const };
            return Promise.resolve({ metrics: [], trainable: 4, embedder });
          },
        }),
    },
  });
  const asked = [
    { ...dawn, question: 'Is the eastern kiln lit?' },
    {
      ...{ id: 'r', question: 'Is the eastern glaze dry?', reference: 'A day.' },
      documents: ['glaze.md'],
    },
  ];
  const { metrics } = await run.run(
    ctx,
    { questions: rowsInput(asked), chunks: rowsInput(chunks) },
    trainEmbedder.params.parse({ method: 'query-adapter', evalShare: 0, negatives: 1 }),
  );
  const [request] = requests;
  // Each passage is the other question's negative.
  expect(embedded.flat().sort()).toEqual(
    [
      ...asked.map(({ question: text }) => text),
      ...chunks.slice(0, 2).map(({ text }) => text),
    ].sort(),
  );
  const vectorOf = (place = -1): number | undefined => request?.vectors[place * 2];
  expect(request).toMatchObject({ dimension: 2, model: { id: facts.id, digest: facts.digest } });
  expect(
    request?.train.map((pair) =>
      [pair.question, pair.passage, ...pair.negatives].map((place) => vectorOf(place)),
    ),
  ).toEqual(
    asked.map(({ question: text }, at) =>
      [text, chunks[at]?.text ?? '', chunks[1 - at]?.text ?? ''].map(({ length }) => length),
    ),
  );
  const rows: unknown[] = [];
  for await (const row of metrics) rows.push(row);
  expect(rows).toEqual([
    { series: 'summary', values: expect.objectContaining({ trainable: 4, 'trainable %': 0.4 }) },
  ]);
});

/** A graph that trains an embedder; `trained` are the nodes that it is connected to. */
function planned(trained: readonly string[], params: object = {}, indexed: object = {}): unknown {
  const node = (type: string, params: object = {}) => ({ type, version: 1, params });
  const nodes = {
    files: node('load-files', { paths: ['pages/*.md'] }),
    ...{ chunk: node('chunk'), embed: node('embed', indexed), index: node('index') },
    ...{ retrieve: node('retrieve'), train: node('train-embedder', params) },
    questions: node('questions', { questions: 'When is the kiln lit?' }),
  };
  const edges = [
    ...['files.documents -> chunk.documents', 'chunk.chunks -> embed.chunks'],
    ...['embed.embeddings -> index.embeddings', 'index.index -> retrieve.index'],
    ...['questions.questions -> retrieve.questions', 'questions.questions -> train.questions'],
    'chunk.chunks -> train.chunks',
    ...trained.map((to) => `train.embedder -> ${to}.trained`),
  ];
  const graph = parseGraph(JSON.stringify({ graft: 1, nodes, edges }));
  const models = (id: string) =>
    id === facts.id ? facts : { ...facts, id, digest: 'b'.repeat(64) };
  return planGraph(graph, registry, { models });
}

it('its index is planned, and one of the base is refused before anything runs', () => {
  expect(planned(['embed', 'retrieve'])).toHaveProperty('nodes.length', 7);
  expect(() => planned(['retrieve'])).toThrow(
    /index was made with all-MiniLM-L6-v2, but .* all-MiniLM-L6-v2 tuned.*Rebuild the index/,
  );
  expect(() => planned(['embed'])).toThrow(
    /trained in this graph. Connect that embedder here, too/,
  );
});

it('a query adapter searches an index of its base, and that of another embedder is refused', () => {
  const params = { method: 'query-adapter' };
  expect(planned(['retrieve'], params)).toHaveProperty('nodes.length', 7);
  // Passages are embedded with the base wherever it is connected.
  expect(planned(['embed', 'retrieve'], params)).toHaveProperty('nodes.length', 7);
  expect(planned(['embed'], params)).toHaveProperty('nodes.length', 7);
  expect(() => planned(['retrieve'], params, { model: 'another' })).toThrow(
    /index was made with another, but .* all-MiniLM-L6-v2 with a query adapter.*choose all-MiniLM-L6-v2 in the Embed/,
  );
});
