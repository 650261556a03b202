import { expect, it } from 'vitest';
import { openExecutor, usesOwnMemory } from './open-executor.ts';

const options = { threads: 1, scratchFolder: 'unused' };

it.each([
  ['auto', 'onnx-cpu'],
  ['cpu', 'onnx-cpu'],
  ['cuda:0', 'onnx-cuda'],
  ['webgpu', 'onnx-webgpu'],
  ['tensorflow', 'tfjs-cpu'],
])('trains on %s with %s', async (device, name) => {
  expect((await openExecutor({ ...options, device })).name).toBe(name);
});

it('refuses a device that only other engines use, with those to choose', async () => {
  await expect(openExecutor({ ...options, device: 'vulkan:0' })).rejects.toMatchObject({
    code: 'unavailable',
    message: 'Training does not run on vulkan:0; choose cpu, webgpu, cuda or tensorflow.',
  });
});

it('knows on which devices a training takes memory of its own process', () => {
  const devices = ['auto', 'cpu', 'tensorflow', 'webgpu', 'cuda:0'];
  expect(devices.filter(usesOwnMemory)).toEqual(['auto', 'cpu', 'tensorflow']);
});
