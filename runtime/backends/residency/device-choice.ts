import type { OnnxDevice } from '../onnx/onnx-session.ts';
import type { LlamaDevice } from '../llama/llama-runtime.ts';

/**
 * Which ONNX provider serves a device id. `auto` is the CPU: results then do not depend on what a machine
 * happens to have. A device that only llama.cpp can use leaves ONNX models on the CPU.
 */
export function onnxDevice(id: string): OnnxDevice {
  if (id.startsWith('cuda')) return 'cuda';
  return id === 'webgpu' ? 'webgpu' : 'cpu';
}

/** Where llama.cpp computes for a device id. WebGPU runs on Vulkan or Metal, which it uses directly. */
export function llamaDevice(id: string): LlamaDevice {
  const name = id.split(':')[0];
  if (name === 'cuda' || name === 'vulkan' || name === 'metal' || name === 'cpu') return name;
  if (name === 'webgpu') return process.platform === 'darwin' ? 'metal' : 'vulkan';
  return 'auto';
}
