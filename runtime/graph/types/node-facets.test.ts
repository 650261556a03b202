import { expect, it } from 'vitest';
import { z } from 'zod';
import { EmbedderModel, Embeddings } from '../index.ts';
import { embedderWords, sameEmbedder, samePassages, type Facets } from './facets.ts';
import { nodeFacets } from './node-facets.ts';
import { defineNode } from './node-type.ts';

const plain = {
  version: 1,
  implementation: 1,
  group: 'retrieval',
  caching: 'pure',
  migrations: [],
  device: { needs: 'cpu', affectsResult: false },
} as const;
const train = defineNode({
  ...plain,
  type: 'train',
  title: 'Train',
  doc: 'Trains.',
  inputs: {},
  outputs: { made: { type: EmbedderModel, doc: 'It.' } },
  params: z.strictObject({}),
  summary: () => [],
  facets: () => ({ made: { embedder: { model: 'tuned', dimension: 3 } } }),
});
const embed = defineNode({
  ...plain,
  type: 'embed',
  title: 'Embed',
  doc: 'Embeds.',
  inputs: { trained: { type: EmbedderModel, doc: 'It.' } },
  outputs: { embeddings: { type: Embeddings, doc: 'Vectors.' } },
  params: z.strictObject({}),
  summary: () => [],
  facets: (_params, { trained = {} }) => ({ embeddings: trained }),
});
const outputOf = (id: string): Facets =>
  nodeFacets({ id, definition: train, params: {}, incoming: {} }, () => undefined).outputFacets[
    'made'
  ] ?? {};

it('knows an embedder that is yet to be made by the output that will give it, wherever it flows', () => {
  const madeBy = { node: 'lower/train', port: 'made' };
  const made = outputOf('lower/train');
  expect(made).toEqual({ embedder: { model: 'tuned', dimension: 3, madeBy } });
  const incoming = { trained: [made] };
  const { outputFacets } = nodeFacets(
    { id: 'embed', definition: embed, params: {}, incoming },
    () => undefined,
  );
  expect(outputFacets).toEqual({ embeddings: made });
});

it('tells embedders apart by their weights, or by what makes them', () => {
  const base = { model: 'base', dimension: 3, digest: 'a' };
  const [one, other] = [outputOf('one').embedder, outputOf('other').embedder];
  if (one === undefined || other === undefined) throw new Error('no facets');
  expect(sameEmbedder(base, { ...base, model: 'by another name' })).toBe(true);
  expect(sameEmbedder(base, { ...base, digest: 'b' })).toBe(false);
  expect(sameEmbedder(base, one)).toBe(false);
  expect(sameEmbedder(one, one)).toBe(true);
  expect(sameEmbedder(one, other)).toBe(false);
  expect(sameEmbedder(one, { model: 'unknown', dimension: 3 })).toBeUndefined();
});

it('tells passages of one embedder apart by their dimension and prompt', () => {
  const base = { model: 'e', dimension: 3, digest: 'a' };
  expect(samePassages(base, { ...base })).toBe(true);
  expect(samePassages(base, { ...base, dimension: 2 })).toBe(false);
  expect(samePassages(base, { ...base, prompt: 'p: ' })).toBe(false);
  expect(samePassages(base, { ...base, digest: 'b' })).toBe(false);
  expect(embedderWords(base)).toBe('e (3 wide)');
  expect(embedderWords({ ...base, pooling: ['cls', 'max'], prompt: 'p: ' })).toBe(
    'e (3 wide, cls and max pooling, prompt "p: ")',
  );
});
