import { expect, it } from 'vitest';
import { acceptStep, downloadsLine } from './downloads-line.ts';
import type { Download } from './use-models.ts';

const since = { done: 0, from: 0, to: 0 };
const going = (model: string, done: number, total?: number): Download => ({
  model,
  progress: { done, unit: `bytes of ${model}`, since, ...(total === undefined ? {} : { total }) },
});
const failed = (model: string): Download => ({
  model,
  problem: { code: 'bad-model', message: 'gone', audience: 'operator', location: {} },
});

it.each<[string, readonly Download[]]>([
  ['', []],
  ['r:Q8_0', [going('hf:o/r:Q8_0', 0)]],
  ['r:Q8_0 34 %', [going('hf:o/r:Q8_0', 349, 1000)]],
  ['2 downloads 50 %', [going('a', 100, 100), going('b', 200, 500)]],
  ['2 downloads', [going('a', 100, 100), going('b', 200)]],
  ['a 10 %', [failed('b'), going('a', 1, 10)]],
  ['b failed', [failed('b')]],
  ['2 downloads failed', [failed('a'), failed('b')]],
])('says %j', (line, downloads) => {
  expect(downloadsLine(downloads)).toBe(line);
});

it('names the licence that is accepted as one, once', () => {
  expect(acceptStep({ id: 'Gemma' })).toBe('accept the Gemma licence');
  expect(acceptStep({ id: 'Llama 3.2' })).toBe('accept the Llama 3.2 licence');
  expect(acceptStep({ id: 'Their own terms' })).toBe('accept Their own terms');
  expect(acceptStep({ id: 'Community License' })).toBe('accept Community License');
});
