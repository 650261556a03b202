import { GraphError } from '@graft/graph';
import type { GgufInsights } from 'node-llama-cpp';
import { requireSoundHeader, type LlamaFile } from './llama-file.ts';
import type { LlamaRuntime } from './llama-runtime.ts';
import { pieceSize } from './llama-slot.ts';

/** What a GGUF file will take before it is loaded, from its metadata, as node-llama-cpp reckons. */
export class LlamaMemory {
  readonly #insights: GgufInsights;
  readonly #device: string;

  private constructor(insights: GgufInsights, device: string) {
    this.#insights = insights;
    this.#device = device;
  }

  /** Reads no more than the file's head. Throws `damaged-file` and `bad-model`. */
  static async of(file: LlamaFile, { llama, device }: LlamaRuntime): Promise<LlamaMemory> {
    await requireSoundHeader(file);
    const { GgufInsights, readGgufFileInfo } = await import('node-llama-cpp');
    try {
      const info = await readGgufFileInfo(file.path, {
        sourceType: 'filesystem',
        logWarnings: false,
      });
      return new LlamaMemory(await GgufInsights.from(info, llama), device);
    } catch (cause) {
      throw new GraphError('bad-model', `"${file.id}" cannot be read as GGUF`, { cause });
    }
  }

  /** Bytes of one context of so many tokens, on the device that computes. */
  async context(contextLength: number): Promise<number> {
    const onCpu = this.#device === 'cpu';
    const { cpuRam, gpuVram } = await this.#insights.estimateContextResourceRequirementsV2({
      contextSize: Math.min(contextLength, this.#insights.trainContextSize ?? contextLength),
      modelGpuLayers: onCpu ? 0 : this.#insights.totalLayers,
      batchSize: pieceSize(this.#device),
      sequences: 1,
    });
    return onCpu ? cpuRam : gpuVram;
  }
}
