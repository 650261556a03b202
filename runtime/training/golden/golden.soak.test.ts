import { goldenContract } from './golden-contract.ts';
import { onWebgpu } from './golden-webgpu.ts';

await onWebgpu((open) => goldenContract(open));
