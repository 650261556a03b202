import type { ModelEntry } from '@graft/graph';
import type { FetchProgress } from '../catalogue/index.ts';
import type { LlamaFile } from '../llama/llama-file.ts';
import type { OnnxDevice } from '../onnx/onnx-session.ts';
import type { LlamaDevice } from '../llama/llama-runtime.ts';

/** A model's files, ready, and where to run it. */
export interface ModelRequest {
  readonly entry: ModelEntry;
  readonly folder: string;
  /** Of the very files: loaded weights are shared by whoever opened the same. */
  readonly stamp: string;
  readonly device: string;
  readonly signal: AbortSignal;
  /** Told after each use how many bytes the model takes. */
  readonly held?: ((model: string, bytes: number) => void) | undefined;
}

/** A language model's file, ready, and where to run it. */
export interface LanguageModelRequest {
  readonly file: LlamaFile;
  readonly device: string;
  readonly signal: AbortSignal;
  readonly held?: ModelRequest['held'];
  readonly progress: (progress: FetchProgress) => void;
  /** Throws `input-changed` where the file's bytes are no longer those of its digest. */
  readonly verify: () => Promise<void>;
}

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
