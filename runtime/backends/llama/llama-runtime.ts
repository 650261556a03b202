import { setImmediate as nextTurn } from 'node:timers/promises';
import { GraphError } from '@graft/graph';
import type { Llama } from 'node-llama-cpp';
import { isSoftwareDevice } from '../probe/software-devices.ts';

/** Where llama.cpp computes. `auto`: the first real GPU, else the CPU. */
export type LlamaDevice = 'auto' | 'cpu' | 'cuda' | 'vulkan' | 'metal';

export interface LlamaRuntime {
  readonly llama: Llama;
  /** `cpu`, `cuda:0`, `vulkan:0`, `metal`. */
  readonly device: string;
  /** llama.cpp's last logged error, once: its exceptions seldom give the reason. */
  complaint(): Promise<string | undefined>;
}

/** Free bytes of the GPU that a runtime computes on; undefined on a processor. */
export async function freeOnGpu({ llama }: LlamaRuntime): Promise<number | undefined> {
  const { total, free } = await llama.getVramState();
  return total === 0 ? undefined : free;
}

/** Loads llama.cpp's prebuilt library; never compiles or downloads. */
export async function loadLlamaRuntime(wanted: LlamaDevice): Promise<LlamaRuntime> {
  if (wanted !== 'cpu') {
    const opened = await open(wanted).catch((error: unknown) => {
      if (wanted === 'auto') return undefined;
      throw unavailable(wanted, error);
    });
    const names = (await opened?.llama.getGpuDeviceNames()) ?? [];
    const usable = names.length > 0 && !names.every(isSoftwareDevice);
    const gpu = opened?.llama.gpu;
    if (opened !== undefined && gpu === false) return { ...opened, device: 'cpu' };
    if (opened !== undefined && (usable || wanted !== 'auto')) {
      if (names.length === 0) throw unavailable(wanted, new Error('it finds no device'));
      return { ...opened, device: gpu === 'metal' ? 'metal' : `${gpu}:0` };
    }
    await opened?.llama.dispose();
  }
  const opened = await open('cpu').catch((error: unknown) => {
    throw unavailable('cpu', error);
  });
  return { ...opened, device: 'cpu' };
}

async function open(device: LlamaDevice): Promise<Omit<LlamaRuntime, 'device'>> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
  let complaint: string | undefined;
  const llama = await getLlama({
    gpu: device === 'cpu' ? false : device,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.error,
    logger: (_level, message) => (complaint = message),
    // No arbitration between contexts: the number of threads changes sums, and so the text.
    maxThreads: 0,
  });
  return {
    llama,
    async complaint() {
      // It arrives in a later turn of the event loop.
      await nextTurn();
      const last = complaint?.replace(/^\w+: /, '').trim();
      complaint = undefined;
      return last;
    },
  };
}

function unavailable(device: LlamaDevice, cause: unknown): GraphError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GraphError(
    'unavailable',
    `llama.cpp cannot use ${device === 'cpu' ? 'this CPU' : `the device ${device}`}: ${reason}. ` +
      `Run graft doctor${device === 'cpu' ? '' : ', or choose the device cpu'}`,
    { cause, audience: 'operator' },
  );
}
