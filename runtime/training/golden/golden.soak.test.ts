import { describe } from 'vitest';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { goldenContract } from '../testing/golden-contract.ts';
import { onWebgpu } from '../testing/golden-webgpu.ts';

await onWebgpu((open) => goldenContract(open));

describe('tfjs', () => goldenContract(tfjsExecutor));
