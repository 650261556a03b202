import { describe } from 'vitest';
import type { Executor } from '../ir/executor.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { familyContract } from '../testing/family-contract.ts';
import { onWebgpu } from '../testing/golden-contract.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';

function onExecutor(open: () => Promise<Executor>): void {
  familyContract({
    forward: async (family) => family.forward(await open()),
    lora: async (family) => family.lora(await open()),
    quantised: async (family) => family.quantised(await open()),
    allWeights: async (family) => family.allWeights(await open()),
  });
}

await onWebgpu(onExecutor);

describe('onnx on cpu', () => onExecutor(() => onnxExecutor({ device: 'cpu', threads: 1 })));
describe('tfjs', () => onExecutor(tfjsExecutor));
