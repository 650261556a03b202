import { GraphError } from '@graft/graph';
import { readGgufHeader, type GgufHeader } from '@graft/kit';
import type { GgufInsights } from 'node-llama-cpp';
import { readableHeader } from '../catalogue/model-folder-file.ts';
import type { LlamaFile } from './llama-file.ts';
import type { LlamaRuntime } from './llama-runtime.ts';
import { pieceSize } from './llama-slot.ts';
import { weightsOnCpu, type WeightsMemory } from './weights-memory.ts';

/** Of a context of a language model, for node-llama-cpp. `trained`: the tokens that the model was trained with. */
export function contextSizes(
  device: string,
  {
    contextLength,
    trained,
  }: { readonly contextLength: number; readonly trained?: number | undefined },
): { readonly contextSize: number; readonly batchSize: number } {
  return {
    contextSize: Math.min(contextLength, trained ?? contextLength),
    batchSize: pieceSize(device),
  };
}

/** What weights take on a device. `systemInfo` is llama.cpp's. */
export function weightsMemory(
  header: GgufHeader,
  {
    size,
    device,
    systemInfo,
  }: { readonly size: number; readonly device: string; readonly systemInfo: string },
): WeightsMemory {
  // Of split weights this is only the first file.
  const isWhole = device === 'cpu' && !header.metadata.has('split.count');
  return isWhole ? weightsOnCpu(header, systemInfo) : { bytes: size, mapped: true };
}

/** Memory of a GGUF file before it is loaded, from its header; of contexts as node-llama-cpp estimates it. */
export class LlamaMemory {
  /** On the computing device. */
  readonly weights: WeightsMemory;
  readonly #insights: GgufInsights;
  readonly #device: string;

  private constructor(insights: GgufInsights, device: string, weights: WeightsMemory) {
    this.#insights = insights;
    this.#device = device;
    this.weights = weights;
  }

  /** Reads only the head of the file. Throws `damaged-file` and `bad-model`. */
  static async of(file: LlamaFile, { llama, device }: LlamaRuntime): Promise<LlamaMemory> {
    const header = await readableHeader(file.path, readGgufHeader);
    const { GgufInsights, readGgufFileInfo } = await import('node-llama-cpp');
    try {
      const info = await readGgufFileInfo(file.path, {
        sourceType: 'filesystem',
        logWarnings: false,
      });
      const weights = weightsMemory(header, {
        ...{ size: file.size, device, systemInfo: llama.systemInfo },
      });
      return new LlamaMemory(await GgufInsights.from(info, llama), device, weights);
    } catch (cause) {
      throw new GraphError('bad-model', `"${file.id}" cannot be read as GGUF`, { cause });
    }
  }

  /** Bytes of one context of this many tokens, on the computing device. */
  context(contextLength: number): Promise<number> {
    const { trainContextSize: trained } = this.#insights;
    return this.#contextOf(contextSizes(this.#device, { contextLength, trained }));
  }

  /** Bytes of one context that reads this many tokens at once, as encoders do. */
  encoderContext(contextSize: number): Promise<number> {
    return this.#contextOf({ contextSize, batchSize: contextSize, isEmbeddingContext: true });
  }

  async #contextOf(sizes: {
    readonly contextSize: number;
    readonly batchSize: number;
    readonly isEmbeddingContext?: true;
  }): Promise<number> {
    const onCpu = this.#device === 'cpu';
    const { cpuRam, gpuVram } = await this.#insights.estimateContextResourceRequirementsV2({
      ...sizes,
      modelGpuLayers: onCpu ? 0 : this.#insights.totalLayers,
      sequences: 1,
    });
    return onCpu ? cpuRam : gpuVram;
  }
}
