import { describe } from 'vitest';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { miniLm, onCpu, tinyBert } from '../testing/encoder-cases.ts';
import { encoderContract } from '../testing/encoder-contract.ts';
import { onWebgpu } from '../testing/golden-contract.ts';

await onWebgpu((executor) => {
  encoderContract('bert', { model: tinyBert, executor, stepped: ['full', 'lora'] });
  // Twenty steps of it take some minutes on software; those of the tiny one are compared.
  encoderContract('minilm', { model: miniLm, executor, stepped: [] });
});

describe('onnx on cpu', () => {
  encoderContract('minilm', { model: miniLm, executor: onCpu, stepped: ['full', 'lora'] });
});

describe('tfjs', () => {
  encoderContract('bert', {
    ...{ model: tinyBert, executor: tfjsExecutor },
    ...{ gradients: [], stepped: ['full', 'lora'] },
  });
  // In plain JavaScript all weights' gradients take some minutes; those of the tiny one are compared.
  encoderContract('minilm', {
    ...{ model: miniLm, executor: tfjsExecutor },
    stepped: [],
    gradients: [
      ['lora', false],
      ['lora', true],
    ],
  });
});
