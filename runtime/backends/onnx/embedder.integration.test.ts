import { env, pipeline } from '@huggingface/transformers';
import { basename, dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FloatActivationsCopy } from '../testing/float-activations.ts';
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
  'long '.repeat(80),
  '',
];

/** What @huggingface/transformers gives for the texts, one by one. */
async function extract(folder: string): Promise<Float32Array[]> {
  env.localModelPath = dirname(folder);
  const extractor = await pipeline('feature-extraction', basename(folder), { dtype: 'q4' });
  const vectors: Float32Array[] = [];
  for (const text of texts) {
    const { data } = await extractor(text, { pooling: 'mean', normalize: true });
    vectors.push(Float32Array.from(data, Number));
  }
  await extractor.dispose();
  return vectors;
}

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

  it('agrees with the feature-extraction pipeline over the same products', async () => {
    await using copy = await FloatActivationsCopy.of(folder, 'onnx/model_q4.onnx');
    const vectors = await embedder.embed(texts, never());
    const expected = await extract(copy.folder);
    vectors.forEach((vector, at) => {
      expect(largestDifference(vector, expected[at] ?? new Float32Array())).toBeLessThan(1e-3);
    });
  });

  it('gives a unit vector to each token of a text but the markers', async () => {
    const [tokens, none] = await embedder.embedTokens(['The kiln fires', ''], never());
    if (!tokens || !none) throw new Error('no tokens');
    expect([tokens.tokens, tokens.vectors.length]).toEqual([4, 4 * 384]);
    const first = tokens.vectors.subarray(0, 384);
    expect(cosine(first, first)).toBeCloseTo(1, 5);
    expect(none.tokens).toBeGreaterThan(0);
  });

  it('stops at an abort', async () => {
    const abort = new AbortController();
    const many = Array.from({ length: 2_000 }, (_, at) => `${texts[1] ?? ''} ${at}`);
    setTimeout(() => abort.abort(), 100);
    await expect(embedder.embed(many, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('says which device is not there', async () => {
    const model = await realModel(embedderId);
    await expect(loadEmbedder({ ...model, device: 'cuda' })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
