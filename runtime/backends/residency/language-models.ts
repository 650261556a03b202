import {
  GraphError,
  type LanguageModel,
  type LanguageModelOptions,
  type Tokenizer,
} from '@graft/graph';
import type { LlamaModel } from 'node-llama-cpp';
import { LlamaLanguageModel } from '../llama/language-model.ts';
import { loadLlamaRuntime, type LlamaDevice, type LlamaRuntime } from '../llama/llama-runtime.ts';
import { loadLlamaVocabulary, loadLlamaWeights } from '../llama/llama-weights.ts';
import type { LanguageModelRequest } from './backends.ts';
import type { DeviceMemory } from './device-memory.ts';
import { llamaDevice } from './device-choice.ts';
import { ModelResidency, type LoadedModel, type ModelLoader } from './model-residency.ts';

interface LanguageModelsOptions {
  readonly memoryOf: (device: string) => DeviceMemory;
  readonly threads?: number;
}

/** Weights, and the language models of different context lengths that share them. */
interface LoadedWeights {
  readonly weights: LlamaModel;
  readonly configured: Map<string, LlamaLanguageModel>;
}

/** Language models, shared by all steps and loaded again after they were put out. */
export class LanguageModels {
  readonly #options: LanguageModelsOptions;
  readonly #residency = new ModelResidency<LoadedWeights>();
  readonly #runtimes = new Map<LlamaDevice, Promise<LlamaRuntime>>();
  /** What counts tokens: the weights, or the vocabulary alone after they were put out. */
  readonly #counters = new Map<string, LlamaModel>();

  constructor(options: LanguageModelsOptions) {
    this.#options = options;
  }

  async languageModel(
    request: LanguageModelRequest,
    options: LanguageModelOptions,
  ): Promise<LanguageModel> {
    const runtime = await abortable(this.#runtime(llamaDevice(request.device)), request.signal);
    const loader = this.#loader(request, runtime);
    const use = <Result>(
      signal: AbortSignal,
      work: (model: LlamaLanguageModel) => Promise<Result> | Result,
    ): Promise<Result> =>
      this.#residency.use(loader, signal, (loaded) =>
        work(this.#configured(loaded, { request, runtime, ...options })),
      );
    const facts = await use(request.signal, ({ model, device, contextLength, parallel }) => ({
      model,
      device,
      contextLength,
      parallel,
    }));
    return {
      ...facts,
      generate: (prompt, hooks) => use(hooks.signal, (model) => model.generate(prompt, hooks)),
      countTokens: (text) => {
        const counter = this.#counters.get(loader.key);
        if (counter === undefined) throw new GraphError('internal', 'the backends are closed');
        return counter.tokenize(text).length;
      },
    };
  }

  tokenizer({ file }: LanguageModelRequest): Promise<Tokenizer> {
    throw new GraphError('unavailable', `there is no tokenizer for "${file.id}" yet`);
  }

  async dispose(): Promise<void> {
    await this.#residency.dispose();
    await Promise.all([...this.#counters.values()].map((counter) => counter.dispose()));
    this.#counters.clear();
    const runtimes = await Promise.allSettled(this.#runtimes.values());
    await Promise.all(
      runtimes.map((runtime) =>
        runtime.status === 'fulfilled' ? runtime.value.llama.dispose() : undefined,
      ),
    );
  }

  #configured(
    { weights, configured }: LoadedWeights,
    of: {
      readonly request: LanguageModelRequest;
      readonly runtime: LlamaRuntime;
      readonly contextLength: number;
      readonly parallel: number;
    },
  ): LlamaLanguageModel {
    const key = `${of.contextLength} ${of.parallel}`;
    const known = configured.get(key);
    if (known !== undefined) return known;
    const { threads } = this.#options;
    const model = new LlamaLanguageModel(weights, {
      id: of.request.file.id,
      device: of.runtime.device,
      contextLength: of.contextLength,
      parallel: of.parallel,
      ...(threads === undefined ? {} : { threads }),
    });
    configured.set(key, model);
    return model;
  }

  #loader(request: LanguageModelRequest, runtime: LlamaRuntime): ModelLoader<LoadedWeights> {
    const { file } = request;
    const key = `${file.digest} ${file.path} ${runtime.device}`;
    return {
      key,
      memory: this.#options.memoryOf(runtime.device),
      estimate: file.size,
      load: async (signal) => {
        const weights = await loadLlamaWeights(runtime, file, signal);
        const vocabulary = this.#counters.get(key);
        this.#counters.set(key, weights);
        await vocabulary?.dispose();
        return this.#loaded({ key, runtime, request, weights });
      },
    };
  }

  #loaded(of: {
    readonly key: string;
    readonly runtime: LlamaRuntime;
    readonly request: LanguageModelRequest;
    readonly weights: LlamaModel;
  }): LoadedModel<LoadedWeights> {
    const { weights } = of;
    const configured = new Map<string, LlamaLanguageModel>();
    return {
      value: { weights, configured },
      bytes: () =>
        [...configured.values()].reduce((sum, model) => sum + model.contextMemory, weights.size),
      dispose: async () => {
        await Promise.all([...configured.values()].map((model) => model[Symbol.asyncDispose]()));
        this.#counters.set(of.key, await loadLlamaVocabulary(of.runtime, of.request.file));
        await weights.dispose();
      },
    };
  }

  #runtime(device: LlamaDevice): Promise<LlamaRuntime> {
    const loading = this.#runtimes.get(device) ?? loadLlamaRuntime(device);
    this.#runtimes.set(device, loading);
    loading.catch(() => this.#runtimes.delete(device));
    return loading;
  }
}

/** The library loads on; only this caller stops waiting. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let give = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    give = () => reject(new GraphError('cancelled', 'cancelled'));
  });
  signal.addEventListener('abort', give, { once: true });
  if (signal.aborted) give();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', give);
  }
}
