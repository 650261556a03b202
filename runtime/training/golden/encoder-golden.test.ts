import { describe } from 'vitest';
import { openEncoder } from '../encoders/encoder-model.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { encoderContract } from '../testing/encoder-contract.ts';
import { fixture } from '../testing/golden.ts';

const model = () => openEncoder(fixture('bert'), 'model.safetensors');
const stepped = ['full', 'lora'] as const;

describe('onnx on cpu', () => {
  const executor = () => onnxExecutor({ device: 'cpu', threads: 1 });
  encoderContract('bert', { model, executor, stepped });
});
describe('tfjs', () => {
  encoderContract('bert', { model, executor: tfjsExecutor, stepped });
});
