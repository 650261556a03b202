import {
  GraphError,
  type ConnectedCrossEncoder,
  type ConnectedEmbedder,
  type CrossEncoder,
  type Device,
  type Embedder,
  type EmbedderUse,
  type EncoderTokenizer,
  type InferenceBackends,
  type LanguageModel,
  type LanguageModelOptions,
  type Lease,
  type LoadedModel,
  type ModelFacts,
  type ModelKind,
  type ModelSource,
  type RemoteEmbedderInfo,
  type RemoteUsage,
  type RemoteUse,
  type Tokenizer,
  type TrainedEmbedder,
} from '@graft/graph';
import { machineMemory, OpenedOnce } from '@graft/kit';
import {
  UsedModels,
  type Catalogue,
  type FetchProgress,
  type OpenedModel,
} from '../catalogue/index.ts';
import { RemoteAccess } from '../access/index.ts';
import { fileAt, isSafetensorsFolder, weightsOf, type Weights } from '../llama/llama-file.ts';
import type { LlamaDevice, LlamaRuntime } from '../llama/llama-runtime.ts';
import { buildIndex } from '../lance/build-index.ts';
import { openIndex } from '../lance/search-index.ts';
import { cutEmbedder, mappedEmbedder } from '../onnx/mapped-embedder.ts';
import { RemoteModels } from '../remote/remote-models.ts';
import { capacityOf, type FreeOnGpu } from './device-capacity.ts';
import { DeviceMemory } from './device-memory.ts';
import type { LanguageModels } from './language-models.ts';
import type { LlamaEncoders } from './llama-encoders.ts';
import type { LanguageModelRequest, ModelRequest } from './model-request.ts';
import { OnnxModels } from './onnx-models.ts';
import type { WidenAdapter } from './quick-adapters.ts';
import type { ConvertWeights } from './quick-forms.ts';
import { queryAdapterMatrix, trainedEncoder } from './trained-encoders.ts';

export interface BackendsOptions {
  readonly catalogue: Catalogue;
  /** `auto` (default), or a device id: `cpu`, `webgpu`, `cuda:0`, `vulkan:0`, `metal`. */
  readonly device?: string;
  /** Default: the cores. */
  readonly threads?: number;
  /**
   * Bytes that models and leases may take on each device; default: the measured free memory, on the CPU at most 80 % of
   * all memory.
   */
  readonly memory?: number;
  /** Makes the encodings of language models that a CPU reads faster; absent: all stay as published. */
  readonly convertWeights?: ConvertWeights;
  /** Makes the copies of adapters that a CPU reads faster; absent: all stay as they are. */
  readonly widenAdapter?: WidenAdapter;
  /** Access rules of remote models, read at each request; default: those on this machine, without a key. */
  readonly remoteAccess?: () => Promise<RemoteAccess>;
}

/** What the services of one step need to know about it. */
export interface StepNeeds {
  readonly device: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: FetchProgress) => void;
  /** Called when a download begins and ends. */
  readonly waiting?: (waiting: boolean) => void;
  /** The models that the step declared, with their digests; default: any. */
  readonly models?: UsedModels;
  /** Called after each use of a model with its bytes. */
  readonly held?: (model: string, bytes: number) => void;
  /** Called after each successful request to a server. */
  readonly spent?: (usage: RemoteUsage) => void;
}

/** Backends for one step: on its device, cancelled and reported with it. */
export interface StepBackends {
  readonly backends: InferenceBackends;
  readonly models: {
    facts(id: string): ModelFacts;
    files(id: string): Promise<ReadonlyMap<string, string>>;
  };
  lease(bytes: number): Promise<Lease>;
  /** Bytes that a lease could get now if idle models were unloaded; Infinity if the device does not report it. */
  room(): Promise<number>;
}

/** Everything that runs models, in one process. Disposal frees all of it. */
export interface LoadedBackends extends InferenceBackends, AsyncDisposable {
  /** Reserves memory of the device, unloading idle models if needed; waits until it is free. */
  lease(bytes: number, signal?: AbortSignal): Promise<Lease>;
  /** The memory ledger of a device, for observers. */
  memory(device: string): Pick<DeviceMemory, 'used' | 'peak' | 'capacity'>;
  /** The models in memory. */
  loaded(): readonly LoadedModel[];
  forStep(needs: StepNeeds): StepBackends;
}

/** Composes onnxruntime, llama.cpp and LanceDB over a catalogue. Loads nothing until asked. */
export function createBackends(options: BackendsOptions): LoadedBackends {
  return new ComposedBackends(options);
}

class ComposedBackends implements LoadedBackends {
  readonly #catalogue: Catalogue;
  readonly #device: string;
  readonly #memories = new Map<string, DeviceMemory>();
  readonly #limit: number | undefined;
  readonly #onnx: OnnxModels;
  /** Measured by the first engine to ask: a step that embeds must not wait for llama.cpp's library. */
  readonly #llama: OpenedOnce<{ models: LanguageModels; encoders: LlamaEncoders }>;
  readonly #remote: RemoteModels;
  readonly #default: StepBackends;

  constructor(options: BackendsOptions) {
    this.#catalogue = options.catalogue;
    this.#device = options.device ?? 'auto';
    this.#limit = options.memory;
    const memoryOf = (device: string, free?: FreeOnGpu): DeviceMemory => this.#memory(device, free);
    const threads = options.threads === undefined ? {} : { threads: options.threads };
    this.#onnx = new OnnxModels({ memoryOf, ...threads });
    const { convertWeights, widenAdapter } = options;
    this.#llama = new OpenedOnce(async () => {
      const [it, { LlamaEncoders }, { QuickForms }, { QuickAdapters }] = await Promise.all([
        import('./language-models.ts'),
        import('./llama-encoders.ts'),
        import('./quick-forms.ts'),
        import('./quick-adapters.ts'),
      ]);
      const { modelsFolder } = this.#catalogue;
      const quickForms = convertWeights && new QuickForms(modelsFolder, convertWeights);
      const quickAdapters = widenAdapter && new QuickAdapters(modelsFolder, widenAdapter);
      const models = new it.LanguageModels({ memoryOf, quickForms, quickAdapters, ...threads });
      const runtimeOf = (wanted: LlamaDevice): Promise<LlamaRuntime> => models.runtime(wanted);
      return { models, encoders: new LlamaEncoders({ memoryOf, runtimeOf, ...threads }) };
    });
    this.#remote = new RemoteModels(
      options.remoteAccess ?? (() => Promise.resolve(new RemoteAccess({}))),
    );
    this.#default = this.forStep({
      device: this.#device,
      signal: new AbortController().signal,
      progress: () => undefined,
    });
  }

  embedder(model: string | ConnectedEmbedder, use?: EmbedderUse): Promise<Embedder> {
    return this.#default.backends.embedder(model, use);
  }

  encoderTokenizer(model: string): Promise<EncoderTokenizer> {
    return this.#default.backends.encoderTokenizer(model);
  }

  crossEncoder(model: string | ConnectedCrossEncoder, use?: RemoteUse): Promise<CrossEncoder> {
    return this.#default.backends.crossEncoder(model, use);
  }

  languageModel(model: ModelSource, options: LanguageModelOptions): Promise<LanguageModel> {
    return this.#default.backends.languageModel(model, options);
  }

  tokenizer(model: ModelSource): Promise<Tokenizer> {
    return this.#default.backends.tokenizer(model);
  }

  readonly buildIndex = buildIndex;
  readonly openIndex = openIndex;

  lease(bytes: number, signal?: AbortSignal): Promise<Lease> {
    return this.#memory(this.#device).lease(bytes, signal);
  }

  memory(device: string): DeviceMemory {
    return this.#memory(device);
  }

  loaded(): readonly LoadedModel[] {
    return [...this.#memories.values()].flatMap(({ models }) => models);
  }

  forStep({ device: wanted, models: used, held, ...options }: StepNeeds): StepBackends {
    const { signal, waiting, spent } = options;
    const device = wanted === 'auto' ? this.#device : wanted;
    const catalogue = this.#catalogue;
    const models = used ?? new UsedModels({ catalogue, ...options });
    const opened = async (id: string, kind: ModelKind, digest?: string): Promise<OpenedModel> => {
      const known = models.entry(id);
      if (known.kind !== kind) {
        throw new GraphError(
          'bad-model',
          `"${id}" is ${kindName(known.kind)}, but ${kindName(kind)} is needed; choose another model`,
        );
      }
      return models.open(id, digest);
    };
    const request = async (id: string, kind: ModelKind, digest?: string): Promise<ModelRequest> => {
      const { entry, folder, file, stamp } = await opened(id, kind, digest);
      return { entry, folder, file, stamp, device, signal, held };
    };
    const located = async ({ id, digest, path, remote }: ModelSource): Promise<Weights> => {
      if (remote !== undefined) {
        throw new GraphError(
          'bad-model',
          `"${id}" runs on the server ${remote.url}, so its weights are not here; connect a base model`,
        );
      }
      if (path !== undefined) return { path };
      return weightsOf(await opened(id, 'language-model', digest));
    };
    const inGguf = async (
      source: ModelSource,
      weights: Weights,
    ): Promise<LanguageModelRequest> => ({
      file: await fileAt(source, weights),
      ...{ device, signal, held, progress: options.progress, verify: () => models.verify() },
    });
    return {
      backends: {
        embedder: async (model, use = {}) => {
          const whole = await this.#wholeEmbedder(model, use, {
            known: async (id, digest) => request(id, 'embedder', digest),
            remote: async (info) => this.#remote.embedder(info, use, { waiting, spent }),
            trained: async (tuned) => ({
              ...(await trainedEncoder('embedder', tuned)),
              ...{ device, signal, held },
            }),
          });
          const { dimension = 0 } = use;
          return dimension === 0 ? whole : cutEmbedder(whole, dimension);
        },
        encoderTokenizer: async (id) => {
          const { entry, folder, file, stamp } = await models.open(id);
          return this.#onnx.tokenizer({ entry, folder, file, stamp, device, signal });
        },
        crossEncoder: async (model, use = {}) => {
          if (typeof model === 'string') {
            const known = await request(model, 'cross-encoder');
            return (await this.#encodersFor(known)).crossEncoder(known);
          }
          const { info, path, digest } = model;
          if ('remote' in info) return this.#remote.crossEncoder(info, use, { waiting, spent });
          const trained = await trainedEncoder('cross-encoder', { info, path, digest });
          const wanted = { ...trained, device, signal, held };
          return (await this.#encodersFor(wanted)).crossEncoder(wanted);
        },
        languageModel: async (source, wanted) => {
          const { remote } = source;
          if (remote !== undefined) {
            return this.#remote.languageModel({ ...source, remote }, { ...wanted, waiting, spent });
          }
          const { models: llama } = await this.#llama.get();
          return llama.languageModel(await inGguf(source, await located(source)), wanted);
        },
        tokenizer: async (source) => {
          const weights = await located(source);
          return (await isSafetensorsFolder(weights.path))
            ? folderTokenizer(weights.path, source.id)
            : (await this.#llama.get()).models.tokenizer(await inGguf(source, weights));
        },
        buildIndex,
        openIndex,
      },
      models: {
        facts: (id) => models.facts(id),
        files: (id) => models.files(id),
      },
      lease: (bytes) => this.#memory(device).lease(bytes, signal),
      room: () => this.#memory(device).room(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#onnx.dispose();
    const llama = await this.#llama.opened;
    await llama?.encoders.dispose();
    await llama?.models.dispose();
  }

  /** An embedder that gives whole vectors. */
  async #wholeEmbedder(
    model: string | ConnectedEmbedder,
    use: EmbedderUse,
    requests: {
      readonly known: (id: string, digest?: string) => Promise<ModelRequest>;
      readonly remote: (info: RemoteEmbedderInfo) => Promise<Embedder>;
      readonly trained: (model: TrainedEmbedder) => Promise<ModelRequest>;
    },
  ): Promise<Embedder> {
    const load = async (request: ModelRequest): Promise<Embedder> =>
      (await this.#encodersFor(request)).embedder(request, use);
    if (typeof model === 'string') return load(await requests.known(model));
    const { info, path, digest } = model;
    if ('remote' in info) return requests.remote(info);
    const { id, base, method } = info;
    const trained = { info, path, digest };
    if (method !== 'query-adapter') return load(await requests.trained(trained));
    const plain = await load(await requests.known(base.id, base.digest));
    return use.texts === 'questions'
      ? mappedEmbedder(plain, id, await queryAdapterMatrix(trained))
      : plain;
  }

  /** The engine of a model's format. */
  async #encodersFor({ entry }: ModelRequest): Promise<OnnxModels | LlamaEncoders> {
    return entry.format === 'gguf' ? (await this.#llama.get()).encoders : this.#onnx;
  }

  /** `free` is how the first engine to ask measures a GPU. */
  #memory(id: string, free?: FreeOnGpu): DeviceMemory {
    const device = describe(id);
    const known = this.#memories.get(device.id);
    if (known !== undefined) return known;
    const most = device.class === 'cpu' ? Math.floor(machineMemory() * 0.8) : Infinity;
    const memory =
      this.#limit === undefined
        ? new DeviceMemory(device, most, capacityOf(device, free))
        : new DeviceMemory(device, this.#limit);
    this.#memories.set(device.id, memory);
    return memory;
  }
}

async function folderTokenizer(path: string, id: string): Promise<Tokenizer> {
  const [{ folderVocabulary }, { ModelTokenizer }] = await Promise.all([
    import('../llama/folder-vocabulary.ts'),
    import('../llama/model-tokenizer.ts'),
  ]);
  return new ModelTokenizer(await folderVocabulary(path, id), id);
}

function describe(id: string): Device {
  const name = id.split(':')[0];
  if (name === 'cuda' || name === 'vulkan' || name === 'webgpu' || name === 'metal') {
    return { id, class: name, name: id, software: false };
  }
  return { id: 'cpu', class: 'cpu', name: 'the CPU', software: false };
}

function kindName(kind: ModelKind): string {
  return {
    embedder: 'an embedder',
    'cross-encoder': 'a cross-encoder',
    'language-model': 'a language model',
  }[kind];
}
