import { embeddingLayoutSchema, type Facets, type ModelFacts } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { rowsInput, runAll, testContext, treeInput } from '../kit/testing/test-context.ts';
import { embed } from './node.ts';
import { run } from './run.ts';

const chunk = {
  ...{ id: 'c', text: 'The kiln.', headings: [], metadata: {} },
  source: {
    ...{ documentId: 'd', path: 'd', title: 'd', start: 0, end: 9 },
    ...{ firstLine: 1, lastLine: 1 },
  },
};
const base = { id: 'base', digest: 'a'.repeat(64) };

it('embeds passages with its own prompt and dimensions, by the chosen model or a trained one', async () => {
  const asked: unknown[] = [];
  const ctx = testContext({
    backends: {
      ...testContext().backends,
      embedder(model, use) {
        asked.push([model, use]);
        return Promise.resolve({
          ...{ model: 'm', dimension: 1, device: 'cpu' },
          embed: (texts) => Promise.resolve(texts.map(() => Float32Array.of(1))),
          embedTokens: () => expect.fail('not asked for'),
        });
      },
    },
  });
  const trained = treeInput({
    ...{ id: 'mapped', digest: 'c', weights: 'w', architecture: 'bert', dimension: 1 },
    ...{ contextLength: 512, base, method: 'query-adapter' as const },
  });
  const chunks = rowsInput([chunk]);
  const embedAll = (given: typeof trained | undefined, own: object) =>
    runAll(run, [chunk], {
      ...{ ctx, inputs: { chunks, trained: given } },
      params: embed.params.parse({ model: 'base', ...own }),
    });
  await embedAll(trained, {});
  await embedAll(undefined, { dimensions: 64, prompt: 'passage: ' });
  expect(asked).toEqual([
    [trained, { texts: 'passages', dimension: 0, prompt: '' }],
    ['base', { texts: 'passages', dimension: 64, prompt: 'passage: ' }],
  ]);
});

it('its vectors are those of the base where a query adapter comes in', () => {
  const made = { node: 'train', port: 'embedder' };
  const tuned = { model: 'tuned', dimension: 3, madeBy: made };
  const params = embed.params.parse({});
  const facetsOf = (embedder: object): unknown =>
    embed.facets?.(params, { trained: { embedder: { ...tuned, ...embedder } } }, () => undefined);
  expect(facetsOf({})).toEqual({ embeddings: { embedder: tuned } });
  expect(facetsOf({ passages: { model: base.id, digest: base.digest } })).toEqual({
    embeddings: { embedder: { model: base.id, digest: base.digest, dimension: 3 } },
  });
});

describe('what is known of its vectors before a run', () => {
  const facts: ModelFacts = {
    ...{ id: 'e', title: 'e', kind: 'embedder', digest: 'd', architecture: 'bert' },
    ...{ format: 'onnx', dimension: 384, contextLength: 512, size: 1 },
  };
  const layout = embeddingLayoutSchema.parse({
    pooling: ['cls'],
    prompts: { question: 'q: ', passage: 'p: ' },
  });
  const facetOf = (own: object, model = facts): Facets | undefined =>
    embed.facets?.(embed.params.parse({ model: 'e', ...own }), {}, () => model)['embeddings'];
  const checked = (own: object, inputs = {}) =>
    embed.check?.(embed.params.parse({ model: 'e', ...own }), inputs, () => facts);

  it('says how the model pools, and what stands before each chunk', () => {
    const plain = { model: 'e', digest: 'd', dimension: 384 };
    expect(facetOf({})).toEqual({ embedder: plain });
    expect(facetOf({}, { ...facts, embedding: layout })).toEqual({
      embedder: { ...plain, pooling: ['cls'], prompt: 'p: ' },
    });
    expect(facetOf({ dimensions: 64, prompt: 'x' }, { ...facts, embedding: layout })).toEqual({
      embedder: { ...plain, dimension: 64, pooling: ['cls'], prompt: 'x' },
    });
  });

  it('refuses more dimensions than the model gives, by input too', () => {
    const clash = { param: 'dimensions', message: expect.stringMatching(/384 numbers/) };
    expect(checked({ dimensions: 384 })).toEqual([]);
    expect(checked({ dimensions: 385 })).toEqual([clash]);
    const trained = { embedder: { model: 'tuned', dimension: 3 } };
    expect(checked({ dimensions: 4 }, { trained })).toEqual([
      { param: 'dimensions', message: expect.stringMatching(/"tuned" gives vectors of 3/) },
    ]);
  });
});
