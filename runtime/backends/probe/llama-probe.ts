import type { Device } from '@graft/graph';
import { z } from 'zod';
import type { ProbeResult } from './onnx-probe.ts';
import { probeProcess } from './probe-process.ts';
import { isSoftwareDevice } from './software-devices.ts';

export type LlamaBackend = 'cpu' | 'vulkan' | 'cuda' | 'metal';

const foundSchema = z.object({
  names: z.array(z.string()),
  memory: z.number(),
});

/** Loads llama.cpp for the backend, in a process of its own, and lists its devices. */
export async function probeLlama(
  backend: LlamaBackend,
): Promise<ProbeResult & { readonly devices: readonly Device[] }> {
  const gpu = backend === 'cpu' ? 'false' : `'${backend}'`;
  const outcome = await probeProcess(`
    const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
    const llama = await getLlama({
      gpu: ${gpu}, build: 'never', skipDownload: true, progressLogs: false,
      logLevel: LlamaLogLevel.disabled,
    });
    const names = llama.gpu === false ? [] : await llama.getGpuDeviceNames();
    const { total } = llama.gpu === false ? { total: 0 } : await llama.getVramState();
    return { names, memory: total };
  `);
  if (outcome.ended === 'badly') {
    const absent = outcome.reason.includes('NoBinaryFound');
    const detail = absent ? 'its library is not installed, or finds no driver' : outcome.reason;
    return { status: absent ? 'missing' : 'broken', detail, devices: [] };
  }
  const { names, memory } = foundSchema.parse(outcome.value);
  if (backend === 'cpu') return { status: 'ok', detail: 'it loads', devices: [] };
  if (names.length === 0) {
    return { status: 'missing', detail: `${backend} finds no device`, devices: [] };
  }
  return {
    status: 'ok',
    detail: names.join(', '),
    devices: names.map((name, index) => ({
      id: backend === 'metal' ? 'metal' : `${backend}:${index}`,
      class: backend,
      name,
      // The driver reports only the sum.
      ...(names.length === 1 && memory > 0 ? { memory } : {}),
      software: isSoftwareDevice(name),
    })),
  };
}

/** The device that llama.cpp uses by default. */
export interface LlamaChoice {
  /** Of a `Device`. */
  readonly id: string;
  /** Its first GPU's name, and the memory of all of them in bytes, 0 if unknown; absent: the CPU. */
  readonly gpu?: { readonly name: string; readonly memory: number };
}

/** The first real GPU that works, else the CPU. */
export async function probeLlamaChoice(): Promise<LlamaChoice> {
  const outcome = await probeProcess(`
    const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
    const llama = await getLlama({
      gpu: 'auto', build: 'never', skipDownload: true, progressLogs: false,
      logLevel: LlamaLogLevel.disabled,
    });
    const names = llama.gpu === false ? [] : await llama.getGpuDeviceNames();
    const { total } = llama.gpu === false ? { total: 0 } : await llama.getVramState();
    return { gpu: llama.gpu === false ? 'cpu' : llama.gpu, names, memory: total };
  `);
  if (outcome.ended === 'badly') return { id: 'cpu' };
  const { gpu, names, memory } = foundSchema.extend({ gpu: z.string() }).parse(outcome.value);
  const name = names.find((each) => !isSoftwareDevice(each));
  if (gpu === 'cpu' || name === undefined) return { id: 'cpu' };
  return { id: gpu === 'metal' ? 'metal' : `${gpu}:0`, gpu: { name, memory } };
}
