import { pipeline } from '@huggingface/transformers';
import { basename, dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cosine,
  embedderId,
  largestDifference,
  modelTestTimeout,
  never,
  realModel,
} from '../testing/real-models.ts';
import { loadEmbedder, type OnnxEmbedder } from './embedder.ts';

const texts = [
  'The kiln fires overnight.',
  'Pots are heated in an oven until morning.',
  'Shares fell on the stock exchange.',
  'Ein Satz in einer anderen Sprache, mit Umlauten: öäü.',
  'long '.repeat(700),
  '',
];

describe('the embedder', () => {
  let embedder: OnnxEmbedder;
  let folder: string;
  beforeAll(async () => {
    const model = await realModel(embedderId);
    folder = model.folder;
    embedder = await loadEmbedder({ ...model, device: 'cpu' });
  }, modelTestTimeout);
  afterAll(() => embedder[Symbol.asyncDispose]());

  it('puts similar sentences close together, at unit length', async () => {
    const [kiln, oven, shares] = await embedder.embed(texts, never());
    if (!kiln || !oven || !shares) throw new Error('no vectors');
    expect(kiln).toHaveLength(384);
    expect(cosine(kiln, kiln)).toBeCloseTo(1, 5);
    expect(cosine(kiln, oven)).toBeGreaterThan(cosine(kiln, shares) + 0.2);
  });

  it('gives a text the same vector in any batch', async () => {
    const together = await embedder.embed(texts, never());
    for (const [at, text] of texts.entries()) {
      const [alone] = await embedder.embed([text], never());
      if (alone === undefined) throw new Error('no vector');
      expect(largestDifference(alone, together[at] ?? new Float32Array())).toBeLessThan(1e-4);
    }
  });

  it('agrees with the feature-extraction pipeline', async () => {
    const { env } = await import('@huggingface/transformers');
    env.localModelPath = dirname(folder);
    const extractor = await pipeline('feature-extraction', basename(folder), { dtype: 'q4' });
    const expected: unknown = (
      await extractor(texts, { pooling: 'mean', normalize: true })
    ).tolist();
    const vectors = await embedder.embed(texts, never());
    if (!Array.isArray(expected)) throw new Error('no list');
    vectors.forEach((vector, at) => {
      expect(largestDifference(vector, Float32Array.from(expected[at]))).toBeLessThan(1e-3);
    });
    await extractor.dispose();
  });

  it('counts tokens, and gives a unit vector to each token of a text but the markers', async () => {
    expect(embedder.countTokens('The kiln fires')).toBe(embedder.countTokens('') + 4);
    const [tokens, none] = await embedder.embedTokens(['The kiln fires', ''], never());
    if (!tokens || !none) throw new Error('no tokens');
    expect([tokens.tokens, tokens.vectors.length]).toEqual([4, 4 * 384]);
    const first = tokens.vectors.subarray(0, 384);
    expect(cosine(first, first)).toBeCloseTo(1, 5);
    expect(none.tokens).toBeGreaterThan(0);
  });

  it('stops soon after an abort', async () => {
    const abort = new AbortController();
    const many = Array.from({ length: 2_000 }, (_, at) => `${texts[1] ?? ''} ${at}`);
    setTimeout(() => abort.abort(), 100);
    const before = performance.now();
    await expect(embedder.embed(many, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('says which device is not there', async () => {
    const model = await realModel(embedderId);
    await expect(loadEmbedder({ ...model, device: 'cuda' })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
