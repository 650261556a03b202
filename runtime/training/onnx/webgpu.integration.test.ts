import { describe, it } from 'vitest';
import { executorContract } from '../testing/executor-contract.ts';
import { webgpuForTests } from '../testing/software-vulkan.ts';

// Vitest's fork is the child process that a crash of the device would take down.
const webgpu = await webgpuForTests();

if (webgpu === undefined) {
  describe('webgpu', () => {
    it.skip('has no Vulkan device here; install chromium or mesa-vulkan-drivers', () => undefined);
  });
} else {
  executorContract(() => Promise.resolve(webgpu));
}
