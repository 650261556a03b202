import { describe } from 'vitest';
import { onnxExecutor } from '../onnx/executor.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { goldenContract } from '../testing/golden-contract.ts';

describe('onnx on cpu', () => goldenContract(() => onnxExecutor({ device: 'cpu', threads: 1 })));
describe('tfjs', () => goldenContract(tfjsExecutor));
