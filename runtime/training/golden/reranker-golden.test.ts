import { describe } from 'vitest';
import { openEncoder } from '../encoders/encoder-model.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { fixture } from '../testing/golden.ts';
import { rerankerContract } from '../testing/reranker-contract.ts';

const model = () => openEncoder(fixture('bert'), 'model.safetensors');
describe('onnx on cpu', () => {
  const executor = () => onnxExecutor({ device: 'cpu', threads: 1 });
  rerankerContract('reranker', { model, executor, stepped: ['full', 'lora'] });
});
describe('tfjs', () => {
  // reranker-golden.soak.test.ts takes the 20 steps.
  rerankerContract('reranker', { model, executor: tfjsExecutor, stepped: [] });
});
