import { expect, it } from 'vitest';
import { loraWords } from './lora-words.ts';

const model = { kind: 'language-model', format: 'gguf', architecture: 'qwen3' } as const;

it.each(['Q4_K_M', 'Q4_0', 'Q6_K', 'Q8_0', 'F16', 'BF16', 'f32'])('trains on %s', (precision) => {
  expect(loraWords({ ...model, precision })).toBe('LoRA training works');
});

it.each(['Q5_K_M', 'Q2_K', 'Q3_K_S', 'IQ4_XS', 'UD-IQ2_M', 'MXFP4'])(
  'names the precisions to choose instead of %s',
  (precision) => {
    expect(loraWords({ ...model, precision })).toMatch(/does not work with .* Choose Q4_K_M/);
  },
);

it('names a family that cannot be trained, and says nothing of other kinds', () => {
  expect(loraWords({ ...model, architecture: 'mamba', precision: 'F16' })).toContain('mamba');
  expect(loraWords({ ...model, kind: 'embedder', precision: 'F16' })).toBeUndefined();
});
