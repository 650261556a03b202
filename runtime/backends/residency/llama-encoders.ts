import { GraphError, type CrossEncoder, type Embedder, type EmbedderUse } from '@graft/graph';
import { abortable } from '@graft/kit';
import type { LlamaModel } from 'node-llama-cpp';
import {
  contextsAtOnce,
  contextSize,
  LlamaCrossEncoder,
  LlamaEmbedder,
  type LlamaEncoderOptions,
} from '../llama/llama-encoder.ts';
import { fileAt, weightsOf, type LlamaFile } from '../llama/llama-file.ts';
import { LlamaMemory } from '../llama/llama-memory.ts';
import { freeOnGpu, type LlamaDevice, type LlamaRuntime } from '../llama/llama-runtime.ts';
import { residentCrossEncoder, residentEmbedder } from './resident-encoders.ts';
import { loadLlamaWeights } from '../llama/llama-weights.ts';
import type { FreeOnGpu } from './device-capacity.ts';
import type { DeviceMemory } from './device-memory.ts';
import { llamaDevice, type ModelRequest } from './model-request.ts';
import { ModelResidency, type ModelLoader } from './model-residency.ts';

interface LlamaEncodersOptions {
  readonly memoryOf: (device: string, free?: FreeOnGpu) => DeviceMemory;
  readonly runtimeOf: (device: LlamaDevice) => Promise<LlamaRuntime>;
  readonly threads?: number;
}

type MakeEncoder<Encoder> = (weights: LlamaModel, options: LlamaEncoderOptions) => Encoder;

/** Embedders and cross-encoders in GGUF, shared by all steps; reloads unloaded ones. */
export class LlamaEncoders {
  readonly #options: LlamaEncodersOptions;
  readonly #embedders = new ModelResidency<LlamaEmbedder>();
  readonly #crossEncoders = new ModelResidency<LlamaCrossEncoder>();

  constructor(options: LlamaEncodersOptions) {
    this.#options = options;
  }

  async embedder(request: ModelRequest, use: EmbedderUse): Promise<Embedder> {
    const { entry } = request;
    const loader = await this.#loader(request, (weights, how) => new LlamaEmbedder(weights, how));
    return {
      ...(await residentEmbedder(this.#embedders, loader, { ...request, use })),
      embedTokens: () =>
        Promise.reject(
          new GraphError(
            'bad-model',
            `"${entry.id}" is in GGUF, which gives no vectors of tokens. Choose an embedder in ONNX for late interaction.`,
          ),
        ),
    };
  }

  async crossEncoder(request: ModelRequest): Promise<CrossEncoder> {
    const make: MakeEncoder<LlamaCrossEncoder> = (weights, how) =>
      new LlamaCrossEncoder(weights, how);
    const loader = await this.#loader(request, make);
    return residentCrossEncoder(this.#crossEncoders, loader, request);
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#embedders.dispose(), this.#crossEncoders.dispose()]);
  }

  async #loader<Encoder extends AsyncDisposable>(
    request: ModelRequest,
    make: MakeEncoder<Encoder>,
  ): Promise<ModelLoader<Encoder>> {
    const { memoryOf, runtimeOf, threads } = this.#options;
    const { entry, stamp, device, signal, held } = request;
    const runtime = await abortable(runtimeOf(llamaDevice(device)), signal);
    const source = { id: entry.id, digest: stamp };
    const file: LlamaFile = await fileAt(source, weightsOf(request));
    const options: LlamaEncoderOptions = {
      ...{ id: entry.id, runtime, contextLength: entry.contextLength },
      ...(threads === undefined ? {} : { threads }),
    };
    const memory = await LlamaMemory.of(file, runtime);
    const each = await memory.encoderContext(contextSize(options.contextLength));
    const { bytes, mapped } = memory.weights;
    const contexts = contextsAtOnce(options).contexts * each;
    return {
      key: `${file.path} ${stamp} ${runtime.device}`,
      model: file.id,
      memory: memoryOf(runtime.device, () => freeOnGpu(runtime)),
      estimate: bytes + contexts,
      held,
      load: async (loading) => {
        const weights = await loadLlamaWeights(runtime, file, { signal: loading, mapped });
        const value = make(weights, options);
        return {
          value,
          bytes: () => bytes + contexts,
          dispose: async () => {
            await value[Symbol.asyncDispose]();
            await weights.dispose();
          },
        };
      },
    };
  }
}
