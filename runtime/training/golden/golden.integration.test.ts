import { goldenContract, onWebgpu } from '../testing/golden-contract.ts';

// golden.test.ts compares every case on cpu and tfjs, golden.soak.test.ts on webgpu. Gemma 3 has the most of its own, and
// gradients take every kernel that logits take: compiling kernels takes most of the time.
await onWebgpu((open) =>
  goldenContract(open, { chosen: ['gemma3'], logits: false, recomputed: [true], stepped: false }),
);
