import { describe } from 'vitest';
import { onnxExecutor } from '../onnx/executor.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { goldenContract } from '../testing/golden-contract.ts';

// golden.soak.test.ts takes the 20 steps on tfjs as well.

describe('onnx on cpu', () => goldenContract(() => onnxExecutor({ device: 'cpu', threads: 1 })));
describe('tfjs', () => goldenContract(tfjsExecutor, { stepped: false }));
