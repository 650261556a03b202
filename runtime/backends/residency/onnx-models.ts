import {
  type CrossEncoder,
  type Embedder,
  type EmbedderUse,
  type EncoderTokenizer,
} from '@graft/graph';
import { abortable } from '@graft/kit';
import { factsOf } from '../catalogue/model-facts.ts';
import { modelMemory } from '../catalogue/model-memory.ts';
import { loadCrossEncoder, type OnnxCrossEncoder } from '../onnx/cross-encoder.ts';
import { loadEmbedder, type OnnxEmbedder } from '../onnx/embedder.ts';
import { BatchEncoder } from '../onnx/batch-encoder.ts';
import { type ModelRequest, onnxDevice } from './model-request.ts';
import type { DeviceMemory } from './device-memory.ts';
import { ModelResidency, type ModelLoader } from './model-residency.ts';
import { residentCrossEncoder, residentEmbedder } from './resident-encoders.ts';

interface OnnxModelsOptions {
  readonly memoryOf: (device: string) => DeviceMemory;
  readonly threads?: number;
}

/** Embedders and cross-encoders, shared by all steps; reloads unloaded ones. */
export class OnnxModels {
  readonly #options: OnnxModelsOptions;
  readonly #embedders = new ModelResidency<OnnxEmbedder>();
  readonly #crossEncoders = new ModelResidency<OnnxCrossEncoder>();
  readonly #tokenizers = new Map<string, Promise<BatchEncoder>>();

  constructor(options: OnnxModelsOptions) {
    this.#options = options;
  }

  async embedder(request: ModelRequest, use: EmbedderUse = {}): Promise<Embedder> {
    const tokenizer = await abortable(this.#tokenizer(request), request.signal);
    const loader = this.#loader(request, (files) => loadEmbedder(files, tokenizer));
    const residency = this.#embedders;
    return {
      ...(await residentEmbedder(residency, loader, { ...request, use })),
      embedTokens: (texts, signal) =>
        residency.use(loader, signal, (it) => it.embedTokens(texts, signal)),
    };
  }

  /** Without the weights. */
  async tokenizer(request: ModelRequest): Promise<EncoderTokenizer> {
    const tokenizer = await abortable(this.#tokenizer(request), request.signal);
    return {
      model: request.entry.id,
      contextLength: tokenizer.limit,
      encode: (texts, options) => tokenizer.encode(texts, options),
    };
  }

  async crossEncoder(request: ModelRequest): Promise<CrossEncoder> {
    const loader = this.#loader(request, loadCrossEncoder);
    return residentCrossEncoder(this.#crossEncoders, loader, request);
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#embedders.dispose(), this.#crossEncoders.dispose()]);
  }

  #loader<Value extends AsyncDisposable>(
    { entry, folder, stamp, device: wanted, held }: ModelRequest,
    load: (files: {
      entry: ModelRequest['entry'];
      folder: string;
      device: ReturnType<typeof onnxDevice>;
      threads?: number;
    }) => Promise<Value>,
  ): ModelLoader<Value> {
    const device = onnxDevice(wanted);
    const bytes = modelMemory(factsOf(entry));
    const { threads, memoryOf } = this.#options;
    return {
      key: `${folder} ${stamp} ${device}`,
      model: entry.id,
      memory: memoryOf(device === 'cuda' ? 'cuda:0' : device),
      estimate: bytes,
      held,
      load: async () => {
        const value = await load({
          entry,
          folder,
          device,
          ...(threads === undefined ? {} : { threads }),
        });
        return { value, bytes: () => bytes, dispose: async () => value[Symbol.asyncDispose]() };
      },
    };
  }

  #tokenizer({ entry, folder, stamp }: ModelRequest): Promise<BatchEncoder> {
    const key = `${folder} ${stamp}`;
    const loading = this.#tokenizers.get(key) ?? BatchEncoder.load(folder, entry.contextLength);
    this.#tokenizers.set(key, loading);
    loading.catch(() => this.#tokenizers.delete(key));
    return loading;
  }
}
