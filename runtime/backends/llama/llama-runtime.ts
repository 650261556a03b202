import { GraphError } from '@graft/graph';
import type { Llama } from 'node-llama-cpp';
import { isSoftwareDevice } from '../probe/software-device.ts';

/** Where llama.cpp computes. `auto`: the first real GPU, else the CPU. */
export type LlamaDevice = 'auto' | 'cpu' | 'cuda' | 'vulkan' | 'metal';

export interface LlamaRuntime {
  readonly llama: Llama;
  /** `cpu`, `cuda:0`, `vulkan:0`, `metal`. */
  readonly device: string;
}

/** Loads llama.cpp's prebuilt library; never compiles or downloads. */
export async function loadLlamaRuntime(wanted: LlamaDevice): Promise<LlamaRuntime> {
  if (wanted !== 'cpu') {
    const llama = await open(wanted).catch((error: unknown) => {
      if (wanted === 'auto') return undefined;
      throw unavailable(wanted, error);
    });
    const names = (await llama?.getGpuDeviceNames()) ?? [];
    const usable = names.length > 0 && !names.every(isSoftwareDevice);
    if (llama !== undefined && llama.gpu !== false && (usable || wanted !== 'auto')) {
      if (names.length === 0) throw unavailable(wanted, new Error('it sees no device'));
      return { llama, device: llama.gpu === 'metal' ? 'metal' : `${llama.gpu}:0` };
    }
    if (llama?.gpu === false) return { llama, device: 'cpu' };
    await llama?.dispose();
  }
  const llama = await open('cpu').catch((error: unknown) => {
    throw unavailable('cpu', error);
  });
  return { llama, device: 'cpu' };
}

async function open(device: LlamaDevice): Promise<Llama> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
  return getLlama({
    gpu: device === 'cpu' ? false : device,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.error,
    // No arbitration between contexts: the number of threads changes the sums, and so the text.
    maxThreads: 0,
  });
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
