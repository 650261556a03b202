import { expect, it } from 'vitest';
import { memoryWords, weightCount } from './memory-words.ts';

const machine = { total: 8e9, free: 3e9 };
const model = (memory: number, kind = 'embedder') => ({ memory, facts: { kind } });

it('says whether a model fits, and what it would take', () => {
  expect(memoryWords(model(200e6), machine)).toEqual({
    fits: 'fits',
    words: 'Needs about 200 MB; fits in memory',
  });
  expect(memoryWords(model(4e9, 'language-model'), machine)).toEqual({
    fits: 'tight',
    words: 'Needs about 4.0 GB and its context; 3.0 GB are free now',
  });
  expect(memoryWords(model(7.9e9), machine)).toEqual({
    fits: 'too-large',
    words: 'Needs about 7.9 GB; this machine has 8.0 GB',
  });
});

it('goes by what the worker claims where that is known', () => {
  const claim = { bytes: 4.8e9, contextLength: 2048, parallel: 2 };
  const claimed = { ...model(3.4e9, 'language-model'), claim };
  expect(memoryWords(claimed, machine)).toEqual({
    fits: 'tight',
    words:
      'Needs 4.8 GB to answer 2 prompts at once, each with a context of 2,048 tokens; 3.0 GB are free now',
  });
  const onGpu = { ...claimed, claim: { ...claim, parallel: 1, total: 24e9 } };
  expect(memoryWords(onGpu, machine)).toEqual({
    fits: 'fits',
    words:
      'Needs 4.8 GB to answer one prompt with a context of 2,048 tokens; fits in the memory of the GPU',
  });
});

it('leaves a tenth to others', () => {
  expect(memoryWords(model(2.8e9), machine).fits).toBe('tight');
  expect(memoryWords(model(7.3e9), machine).fits).toBe('too-large');
});

it.each([
  [2_048, '2,048'],
  [134_515_008, '135 M'],
  [4_386_178, '4.4 M'],
  [7_241_732_096, '7.2 B'],
])('shortens %i weights to %s', (parameters, words) => {
  expect(weightCount(parameters)).toBe(words);
});
