import { describe, it } from 'vitest';
import type { Executor } from '../ir/executor.ts';
import { webgpuForTests } from './software-vulkan.ts';

/** Compares on the webgpu executor; says why it skips where there is no Vulkan device. Call before anything else touches Vulkan. */
export async function onWebgpu(compare: (open: () => Promise<Executor>) => void): Promise<void> {
  const webgpu = await webgpuForTests();
  describe('onnx on webgpu', () => {
    if (webgpu === undefined) {
      it.skip('has no Vulkan device here; install chromium or mesa-vulkan-drivers', () =>
        undefined);
    } else {
      compare(() => Promise.resolve(webgpu));
    }
  });
}
