import { GraphError } from '@graft/graph';
import type { Executor } from '../ir/executor.ts';
import { onnxExecutor } from '../onnx/executor.ts';

export interface ExecutorOptions {
  /** `auto`, or a device id: `cpu`, `webgpu`, `cuda:0`. */
  readonly device: string;
  /** Of the CPU. */
  readonly threads: number;
  readonly scratchFolder: string;
}

/**
 * The executor that serves a device id. `auto` is the CPU: results then do not depend on what a machine happens to
 * have. Throws `unavailable` for a device that programs cannot run on.
 */
export async function openExecutor(options: ExecutorOptions): Promise<Executor> {
  const { device, threads, scratchFolder } = options;
  return onnxExecutor({ device: provider(device), threads, scratchFolder });
}

function provider(device: string): 'cpu' | 'webgpu' | 'cuda' {
  const kind = device.split(':')[0];
  if (kind === 'auto' || kind === 'cpu') return 'cpu';
  if (kind === 'webgpu' || kind === 'cuda') return kind;
  throw new GraphError(
    'unavailable',
    `Training does not run on ${device}; choose cpu, webgpu or cuda.`,
  );
}
