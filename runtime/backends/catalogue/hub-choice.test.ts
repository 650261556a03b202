import { expect, it } from 'vitest';
import { hubOffers, meantOffer } from './hub-choice.ts';
import type { HubRepo } from './hub-client.ts';

const repo = (...paths: readonly string[]): HubRepo => ({
  ...{ repo: 'o/r', commit: 'c'.repeat(40), page: 'https://hub/o/r', gated: false },
  licence: 'mit',
  files: paths.map((path) => ({ path, size: 100, digest: 'd'.repeat(64) })),
});
const modelsOf = (of: HubRepo, revision?: string): readonly string[] =>
  hubOffers(of, revision === undefined ? {} : { revision }).map(({ model }) => model);

it('names each model by its precision, at the revision that was asked for', () => {
  const several = repo('m-Q4_K_M.gguf', 'm-Q8_0.gguf', 'onnx/model.onnx', 'README.md');
  expect(modelsOf(several)).toEqual(['hf:o/r:Q4_K_M', 'hf:o/r:Q8_0', 'hf:o/r:fp32']);
  expect(modelsOf(several, 'v1')[0]).toBe('hf:o/r@v1:Q4_K_M');
});

it('names the file where a precision occurs twice or is unknown', () => {
  expect(modelsOf(repo('a/m-Q8_0.gguf', 'b/m-Q8_0.gguf', 'my model.gguf'))).toEqual([
    ...['hf:o/r:Q8_0', 'hf:o/r/b/m-Q8_0.gguf', 'hf:o/r/my model.gguf'],
  ]);
});

it('adds up the parts of a model, and what it takes once loaded', () => {
  const split = repo('m-Q8_0-00001-of-00002.gguf', 'm-Q8_0-00002-of-00002.gguf', 'onnx/model.onnx');
  const [gguf, onnx] = hubOffers(split, {});
  expect(gguf).toMatchObject({ size: 200, memory: 200, path: 'm-Q8_0-00001-of-00002.gguf' });
  expect(onnx?.memory).toBeGreaterThan(100);
});

it('finds the model that a name means, else the usual one', () => {
  const several = repo('m-Q8_0.gguf', 'm-Q4_K_M.gguf');
  expect(meantOffer(several, { repo: 'o/r' })?.model).toBe('hf:o/r:Q4_K_M');
  expect(meantOffer(several, { repo: 'o/r', path: 'm-Q8_0.gguf' })?.model).toBe('hf:o/r:Q8_0');
  expect(() => meantOffer(several, { repo: 'o/r', quant: 'Q2_K' })).toThrow(/It has Q8_0, Q4_K_M/);
});
