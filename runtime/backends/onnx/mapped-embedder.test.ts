import type { Embedder } from '@graft/graph';
import { expect, it } from 'vitest';
import { cutEmbedder, mappedEmbedder } from './mapped-embedder.ts';

const signal = new AbortController().signal;
const vectors = [Float32Array.of(0.6, 0.8), Float32Array.of(0, 1)];
const base: Embedder = {
  ...{ model: 'base', dimension: 2, device: 'cpu' },
  embed: (texts) => Promise.resolve(vectors.slice(0, texts.length)),
  embedTokens: () =>
    Promise.resolve([{ tokens: 2, vectors: Float32Array.from(vectors.flatMap((v) => [...v])) }]),
};
/** Rows (1, 2) and (0, 3). */
const made = mappedEmbedder(base, 'mapped', Float32Array.of(1, 2, 0, 3));
/** Of (0.6, 0.8): (2.2, 2.4); of (0, 1): (2, 3). */
const expected = [2.2, 2.4, 2, 3].map((value, at) =>
  expect.closeTo(value / (at < 2 ? Math.hypot(2.2, 2.4) : Math.hypot(2, 3)), 6),
);

it('gives W · v, one long, of texts and of their tokens', async () => {
  const whole = await made.embed(['a', 'b'], signal);
  expect(whole.flatMap((vector) => [...vector])).toEqual(expected);
  const [tokens] = await made.embedTokens(['a b'], signal);
  expect({ ...tokens, vectors: [...(tokens?.vectors ?? [])] }).toEqual({
    ...{ tokens: 2, vectors: expected },
  });
  expect(made).toMatchObject({ model: 'mapped', dimension: 2, device: 'cpu' });
  // What the base gave stays as it was.
  expect([...(vectors[1] ?? [])]).toEqual([0, 1]);
});

it('refuses what is not finite', async () => {
  const broken = mappedEmbedder(base, 'mapped', Float32Array.of(NaN, 0, 0, 1));
  await expect(broken.embed(['a'], signal)).rejects.toMatchObject({ code: 'bad-model' });
});

it('keeps the first numbers of each vector, one long again', async () => {
  const cut = cutEmbedder(base, 1);
  expect(cut).toMatchObject({ model: 'base', dimension: 1 });
  expect((await cut.embed(['a', 'b'], signal)).map((vector) => [...vector])).toEqual([[1], [0]]);
  expect(cutEmbedder(base, 2)).toBe(base);
  expect(() => cutEmbedder(base, 3)).toThrow(/gives vectors of 2 numbers/);
});
