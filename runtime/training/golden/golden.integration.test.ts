import { describe, it } from 'vitest';
import { webgpuForTests } from '../onnx/software-vulkan.ts';
import { goldenContract } from './golden-contract.ts';

const webgpu = await webgpuForTests();

describe('onnx on webgpu', () => {
  if (webgpu === undefined) {
    it.skip('has no Vulkan device here; install chromium or mesa-vulkan-drivers', () => undefined);
  } else {
    goldenContract(() => Promise.resolve(webgpu));
  }
});
