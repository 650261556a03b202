import { describe } from 'vitest';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { goldenContract, onWebgpu } from '../testing/golden-contract.ts';

await onWebgpu((open) => goldenContract(open));

describe('tfjs', () => goldenContract(tfjsExecutor));
