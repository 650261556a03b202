import { expect, it } from 'vitest';
import { matchesWords, modelWords, repositoryWords } from './model-search.ts';

it('reads a colon as a space, and no tag that names nothing', () => {
  expect(modelWords('smollm2:135m')).toEqual(['smollm2', '135m']);
  expect(modelWords(' Llama3.2:latest ')).toEqual(['llama3.2']);
  expect(modelWords('')).toEqual([]);
});

it('leaves a precision out of the name of a repository, unless nothing else is typed', () => {
  expect(repositoryWords('SmolLM2 135M Q4')).toEqual(['smollm2', '135m']);
  for (const precision of ['Q8_0', 'q4_k_m', 'IQ2_XS', 'f16', 'BF16', 'fp32', 'int4', '4bit'])
    expect(repositoryWords(`qwen3 ${precision}`)).toEqual(['qwen3']);
  expect(repositoryWords('Q4')).toEqual(['q4']);
  expect(repositoryWords('qwen phi-4 f5')).toEqual(['qwen', 'phi-4', 'f5']);
});

it('finds words in any order, with or without the separators of a name', () => {
  const gemma = ['Gemma 3 270M', 'hf:unsloth/gemma-3-270m-it-GGUF:Q8_0'];
  expect(matchesWords(modelWords('gemma3:270m'), gemma)).toBe(true);
  expect(matchesWords(modelWords('270M unsloth'), gemma)).toBe(true);
  expect(matchesWords(modelWords('q8-0 gemma'), gemma)).toBe(true);
  expect(matchesWords(modelWords('gemma3:1b'), gemma)).toBe(false);
  expect(matchesWords([], gemma)).toBe(true);
});
