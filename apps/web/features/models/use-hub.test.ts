import { expect, it } from 'vitest';
import { toldFacts } from './use-hub.ts';

const gguf = { architecture: 'qwen3', contextLength: 64, parameters: 1000 };

it('takes what the hub tells of a header, which does not tell encoders apart', () => {
  const told = { kind: 'language-model', ...gguf };
  expect(toldFacts({ gguf }, 'gguf', 'language-model')).toEqual(told);
  expect(toldFacts({ gguf }, 'gguf', undefined)).toEqual(told);
  expect(toldFacts({ gguf }, 'gguf', 'embedder')).toBeUndefined();
  expect(toldFacts({ gguf }, 'gguf', 'cross-encoder')).toBeUndefined();
  expect(toldFacts({ gguf }, 'onnx', 'language-model')).toBeUndefined();
  expect(toldFacts({ gguf: { architecture: 'qwen3' } }, 'gguf', undefined)).toBeUndefined();
});
