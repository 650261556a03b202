import { availableParallelism, cpus } from 'node:os';
import type { Device } from '@graft/graph';
import { machineMemory } from '@graft/kit';
import { probeLlama, type LlamaBackend } from './llama-probe.ts';
import { probeOnnx, type OnnxProvider, type ProbeResult } from './onnx-probe.ts';

/** The compute devices of this machine. */
export interface DeviceReport {
  /** Every valid choice of `device`; the CPU is first. */
  readonly devices: readonly Device[];
  readonly cores: number;
  readonly onnx: Readonly<Record<OnnxProvider, ProbeResult>>;
  readonly llama: Readonly<Partial<Record<LlamaBackend, ProbeResult>>>;
}

/** Tries every provider and backend, each in a process of its own, because drivers may crash it. */
export async function probeDevices(): Promise<DeviceReport> {
  const backends: readonly LlamaBackend[] =
    process.platform === 'darwin' ? ['cpu', 'metal'] : ['cpu', 'vulkan', 'cuda'];
  // Sequentially: each loads native libraries and may start a GPU driver.
  const onnx = {
    cpu: await probeOnnx('cpu'),
    webgpu: await probeOnnx('webgpu'),
    cuda: await probeOnnx('cuda'),
  };
  const llama: Partial<Record<LlamaBackend, ProbeResult>> = {};
  const gpus: Device[] = [];
  for (const backend of backends) {
    const { devices, ...result } = await probeLlama(backend);
    llama[backend] = result;
    gpus.push(...devices);
  }
  if (onnx.cuda.status === 'ok' && !gpus.some((gpu) => gpu.class === 'cuda')) {
    gpus.push({ id: 'cuda:0', class: 'cuda', name: 'CUDA', software: false });
  }
  if (onnx.webgpu.status === 'ok') gpus.push(webgpuDevice(gpus));
  return { devices: [cpuDevice(), ...gpus], cores: availableParallelism(), onnx, llama };
}

function cpuDevice(): Device {
  const name = cpus()[0]?.model.trim() ?? '';
  return {
    id: 'cpu',
    class: 'cpu',
    name: name === '' ? process.arch : name,
    memory: machineMemory(),
    software: false,
  };
}

/** The provider does not name its adapter; it is software if there is no hardware Vulkan device. */
function webgpuDevice(gpus: readonly Device[]): Device {
  const hardware = gpus.find((gpu) => !gpu.software);
  const software = process.platform === 'linux' && hardware === undefined;
  return {
    id: 'webgpu',
    class: 'webgpu',
    name: hardware?.name ?? (software ? 'a software device' : 'the default adapter'),
    software,
  };
}
