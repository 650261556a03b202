import { expect, it } from 'vitest';
import { loraWords } from './lora-words.ts';

const model = { kind: 'language-model', format: 'gguf', architecture: 'qwen3' } as const;

it.each(['Q4_K_M', 'Q4_0', 'Q5_K_M', 'Q2_K', 'Q3_K_S', 'IQ4_XS', 'Q8_0', 'BF16', 'f32'])(
  'trains on %s',
  (precision) => {
    expect(loraWords({ ...model, precision })).toBe('You can train a LoRA adapter on it');
  },
);

it.each(['IQ1_S', 'IQ3_XXS', 'UD-IQ2_M', 'TQ1_0', 'MXFP4'])(
  'names the precisions to choose instead of %s',
  (precision) => {
    expect(loraWords({ ...model, precision })).toMatch(/does not work with .* Choose Q4_K_M/);
  },
);

it('names a family that cannot be trained, and says nothing of other kinds', () => {
  expect(loraWords({ ...model, architecture: 'mamba', precision: 'F16' })).toContain('mamba');
  expect(loraWords({ ...model, kind: 'embedder', precision: 'F16' })).toBeUndefined();
});
