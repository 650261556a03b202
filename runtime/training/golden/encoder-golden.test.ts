import { describe } from 'vitest';
import { openEncoder } from '../encoders/encoder-model.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { encoderContract } from '../testing/encoder-contract.ts';
import { fixture } from '../testing/golden.ts';

const model = () => openEncoder(fixture('bert'), 'model.safetensors');
describe('onnx on cpu', () => {
  const executor = () => onnxExecutor({ device: 'cpu', threads: 1 });
  encoderContract('bert', { model, executor, stepped: ['full', 'lora'] });
});
describe('tfjs', () => {
  // encoder-golden.soak.test.ts takes the 20 steps.
  encoderContract('bert', { model, executor: tfjsExecutor, stepped: [] });
});
