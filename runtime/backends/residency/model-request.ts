import type { ModelEntry } from '@graft/graph';
import type { FetchProgress } from '../catalogue/index.ts';
import type { LlamaFile } from '../llama/llama-file.ts';
import type { OnnxDevice } from '../onnx/onnx-session.ts';
import type { LlamaDevice } from '../llama/llama-runtime.ts';

/** A model's ready files, and the device to run on. */
export interface ModelRequest {
  readonly entry: ModelEntry;
  readonly folder: string;
  /** Where one of its files lies, by its path in the model. */
  readonly file: (path: string) => string;
  /** Identifies these exact files: requests with equal stamps share loaded weights. */
  readonly stamp: string;
  readonly device: string;
  readonly signal: AbortSignal;
  /** Called after each use with the bytes that the model takes. */
  readonly held?: ((model: string, bytes: number) => void) | undefined;
}

/** A language model's ready file, and the device to run on. */
export interface LanguageModelRequest {
  readonly file: LlamaFile;
  readonly device: string;
  readonly signal: AbortSignal;
  readonly held?: ModelRequest['held'];
  readonly progress: (progress: FetchProgress) => void;
  /** Throws `input-changed` if the file's bytes no longer match its digest. */
  readonly verify: () => Promise<void>;
}

/**
 * The ONNX provider for a device id. `auto` is the CPU, so that results do not depend on the machine. With a device
 * that only llama.cpp can use, ONNX models run on the CPU.
 */
export function onnxDevice(id: string): OnnxDevice {
  if (id.startsWith('cuda')) return 'cuda';
  return id === 'webgpu' ? 'webgpu' : 'cpu';
}

/** Where llama.cpp computes for a device id. WebGPU runs on Vulkan or Metal, which llama.cpp uses directly. */
export function llamaDevice(id: string): LlamaDevice {
  const name = id.split(':')[0];
  if (name === 'cuda' || name === 'vulkan' || name === 'metal' || name === 'cpu') return name;
  if (name === 'webgpu') return process.platform === 'darwin' ? 'metal' : 'vulkan';
  return 'auto';
}
