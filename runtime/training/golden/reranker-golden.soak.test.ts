import { describe } from 'vitest';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { miniLm, onCpu, tinyBert } from '../testing/encoder-cases.ts';
import { onWebgpu } from '../testing/golden-contract.ts';
import { rerankerContract } from '../testing/reranker-contract.ts';

// reranker-golden.test.ts compares the tiny one on cpu and tfjs.
const stepped = ['full', 'lora'] as const;

await onWebgpu((executor) => {
  rerankerContract('reranker', { model: tinyBert, executor, stepped });
});

describe('tfjs', () => {
  rerankerContract('reranker', { model: tinyBert, executor: tfjsExecutor, stepped });
});

describe('onnx on cpu', () => {
  rerankerContract('reranker-minilm', { model: miniLm, executor: onCpu, stepped });
});
