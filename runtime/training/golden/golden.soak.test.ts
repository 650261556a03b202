import { goldenContract } from '../testing/golden-contract.ts';
import { onWebgpu } from '../testing/golden-webgpu.ts';

await onWebgpu((open) => goldenContract(open));
