import { goldenContract } from '../testing/golden-contract.ts';
import { onWebgpu } from '../testing/golden-webgpu.ts';

// golden.test.ts compares every case on cpu and tfjs, golden.soak.test.ts on webgpu. Gemma 3 has the most of its own.
await onWebgpu((open) =>
  goldenContract(open, { chosen: ['gemma3'], recomputed: [true], stepped: false }),
);
