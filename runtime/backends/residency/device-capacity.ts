import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Device } from '@graft/graph';
import { availableMemory, hasCode, OpenedOnce } from '@graft/kit';
import { probeLlama } from '../probe/llama-probe.ts';
import type { MeasureCapacity } from './device-memory.ts';

/** Of what is free on the CPU, what is left to everybody else and to an estimate that was too low. */
const spared = 0.1;

/** Bytes free on a GPU, as a driver tells; undefined where it does not. */
export type FreeOnGpu = () => Promise<number | undefined>;

/** How the capacity of a device is measured. `free` is what the engine that uses it knows. */
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
 * WebGPU tells of no memory. Where it computes on an NVIDIA card its tool does; else Vulkan knows the card, by the
 * total alone, or that the CPU plays one, in its own memory.
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

/** Bytes free on an NVIDIA card, by `nvidia-smi`; undefined without one. */
async function nvidiaFree(index: number): Promise<number | undefined> {
  if (!isNvidia) return undefined;
  try {
    const query = ['--query-gpu=memory.free', '--format=csv,noheader,nounits', '-i', String(index)];
    const { stdout } = await run('nvidia-smi', query, { timeout: 5000 });
    const mebibytes = Number(stdout.trim());
    return Number.isFinite(mebibytes) ? mebibytes * 2 ** 20 : undefined;
  } catch (error) {
    // A tool that is there may answer the next time.
    if (hasCode(error, 'ENOENT')) isNvidia = false;
    return undefined;
  }
}
