import { type Chunk, type ModelFacts, parseGraph, planGraph, type Question } from '@graft/graph';
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
    { param: 'model', message: expect.stringContaining('choose an embedder') },
  ]);
  expect(check({}, { architecture: 'xlm-roberta' })).toEqual([
    { param: 'model', message: expect.stringMatching(/family xlm-roberta; .*family bert/) },
  ]);
  expect(check({ maxLength: 600 })).toEqual([
    { param: 'maxLength', message: expect.stringContaining('at most 512 tokens') },
  ]);
});

it('says that its embedder is another than its base', () => {
  const params = trainEmbedder.params.parse({});
  expect(trainEmbedder.facets?.(params, {}, () => facts)).toEqual({
    embedder: { embedder: { model: 'all-MiniLM-L6-v2 tuned', dimension: 384 } },
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
  ['chunks', [{ ...dawn, documents: ['oven.md'] }], /No chunk is of a document.*oven\.md/],
  ['questions', [{ ...dawn, answerable: false }], /no questions with an answer/],
  ['questions', [], /no questions with an answer/],
])('refuses questions that pair with nothing, at %s: %#', async (port, questions, message) => {
  await expect(train(questions)).rejects.toMatchObject({
    ...{ code: 'bad-input', message: expect.stringMatching(message) },
    location: { node: 'node-1', port },
  });
});

/** A graph that trains an embedder; `trained` are the nodes that it is connected to. */
function planned(...trained: readonly string[]): unknown {
  const node = (type: string, params: object = {}) => ({ type, version: 1, params });
  const nodes = {
    files: node('load-files', { paths: ['pages/*.md'] }),
    ...{ chunk: node('chunk'), embed: node('embed'), index: node('index') },
    ...{ retrieve: node('retrieve'), train: node('train-embedder') },
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
  return planGraph(graph, registry, { models: () => facts });
}

it('its index is planned, and one of the base is refused before anything runs', () => {
  expect(planned('embed', 'retrieve')).toHaveProperty('nodes.length', 7);
  expect(() => planned('retrieve')).toThrow(
    /index was made with all-MiniLM-L6-v2, but .* all-MiniLM-L6-v2 tuned.*Build the index anew/,
  );
  expect(() => planned('embed')).toThrow(/which is trained in this graph: connect it here, too/);
});
