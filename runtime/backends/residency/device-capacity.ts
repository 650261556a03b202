import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Device } from '@graft/graph';
import { availableMemory, hasCode, OpenedOnce } from '@graft/kit';
import { probeLlama } from '../probe/llama-probe.ts';
import type { MeasureCapacity } from './device-memory.ts';

/** Share of the free CPU memory to use: leaves the rest to others and to low estimates. */
const spared = 0.1;

/** Free bytes of a GPU, from its driver; undefined if unknown. */
export type FreeOnGpu = () => Promise<number | undefined>;

/** How to measure a device's capacity. `free` asks the engine that uses it. */
export function capacityOf(device: Device, free?: FreeOnGpu): MeasureCapacity {
  switch (device.class) {
    case 'cpu':
      return async (used) => used + (1 - spared) * (await availableMemory());
    case 'cuda':
      return afterOwn(async () => (await nvidiaFree(indexOf(device))) ?? free?.());
    case 'vulkan':
    case 'metal':
      return afterOwn(async () => free?.());
    case 'webgpu':
      return webgpuCapacity();
  }
}

function afterOwn(free: FreeOnGpu): MeasureCapacity {
  return async (used) => {
    const bytes = await free();
    return bytes === undefined ? undefined : used + bytes;
  };
}

/**
 * WebGPU does not report memory. On an NVIDIA card, its tool does; otherwise Vulkan knows the card, but only the total,
 * or that the CPU emulates one in its own memory.
 */
function webgpuCapacity(): MeasureCapacity {
  const probed = new OpenedOnce(() => probeLlama('vulkan'));
  return async (used) => {
    const free = await nvidiaFree(0);
    if (free !== undefined) return used + free;
    if (process.platform === 'darwin') return undefined;
    const { devices } = await probed.get();
    const card = devices.find(({ software }) => !software);
    if (card !== undefined) {
      return card.memory === undefined ? undefined : (1 - spared) * card.memory;
    }
    return devices.length === 0 ? undefined : used + (1 - spared) * (await availableMemory());
  };
}

function indexOf({ id }: Device): number {
  return Number(id.split(':')[1] ?? 0);
}

const run = promisify(execFile);
let isNvidia = true;

/** Free bytes of an NVIDIA card, from `nvidia-smi`; undefined without one. */
async function nvidiaFree(index: number): Promise<number | undefined> {
  if (!isNvidia) return undefined;
  try {
    const query = ['--query-gpu=memory.free', '--format=csv,noheader,nounits', '-i', String(index)];
    const { stdout } = await run('nvidia-smi', query, { timeout: 5000 });
    const mebibytes = Number(stdout.trim());
    return Number.isFinite(mebibytes) ? mebibytes * 2 ** 20 : undefined;
  } catch (error) {
    // An installed tool may answer next time.
    if (hasCode(error, 'ENOENT')) isNvidia = false;
    return undefined;
  }
}
