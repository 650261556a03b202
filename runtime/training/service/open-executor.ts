import { GraphError } from '@graft/graph';
import type { Executor } from '../ir/executor.ts';
import { onnxExecutor } from '../onnx/executor.ts';

interface ExecutorOptions {
  /** `auto`, or a device id: `cpu`, `webgpu`, `cuda:0`, `tensorflow`. */
  readonly device: string;
  /** CPU threads of onnxruntime. */
  readonly threads: number;
  readonly scratchFolder: string;
}

/** Whether a device computes in this process's own memory. */
export function usesOwnMemory(device: string): boolean {
  return ['auto', 'cpu', 'tensorflow'].includes(kindOf(device));
}

/**
 * The executor for a device id. `auto` is the CPU, so that results do not depend on the machine. `tensorflow` is
 * TensorFlow.js in plain JavaScript: no native library, one thread, and many times as slow. Throws `unavailable` for a
 * device that cannot run programs.
 */
export async function openExecutor(options: ExecutorOptions): Promise<Executor> {
  const { device, threads, scratchFolder } = options;
  const kind = kindOf(device);
  switch (kind) {
    case 'tensorflow': {
      const { tfjsExecutor } = await import('../tfjs/executor.ts');
      return tfjsExecutor();
    }
    case 'auto':
    case 'cpu':
      return onnxExecutor({ device: 'cpu', threads, scratchFolder });
    case 'webgpu':
    case 'cuda':
      return onnxExecutor({ device: kind, threads, scratchFolder });
    default:
      throw new GraphError(
        'unavailable',
        `Training does not run on ${device}; choose cpu, webgpu, cuda or tensorflow.`,
      );
  }
}

function kindOf(device: string): string {
  return device.split(':')[0] ?? device;
}
