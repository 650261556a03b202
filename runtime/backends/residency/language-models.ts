import type { LanguageModel, LanguageModelOptions, Tokenizer } from '@graft/graph';
import { abortable } from '@graft/kit';
import type { LlamaModel } from 'node-llama-cpp';
import { llamaAdapters, type AdapterFile } from '../llama/llama-adapters.ts';
import type { LlamaLanguageModel, LlamaOptions } from '../llama/language-model.ts';
import { fileKey, missingWeights, type LlamaFile } from '../llama/llama-file.ts';
import { LlamaMemory } from '../llama/llama-memory.ts';
import {
  freeOnGpu,
  loadLlamaRuntime,
  type LlamaDevice,
  type LlamaRuntime,
} from '../llama/llama-runtime.ts';
import { ModelTokenizer } from '../llama/model-tokenizer.ts';
import { ggufVocabulary } from '../llama/vocabulary.ts';
import type { WeightsMemory } from '../llama/weights-memory.ts';
import { loadLlamaVocabulary, loadLlamaWeights } from '../llama/llama-weights.ts';
import { type LanguageModelRequest, llamaDevice } from './model-request.ts';
import type { FreeOnGpu } from './device-capacity.ts';
import type { DeviceMemory } from './device-memory.ts';
import {
  configurationBytes,
  LoadedLanguageModel,
  type Configuration,
} from './loaded-language-model.ts';
import { ModelResidency, type ModelLoader } from './model-residency.ts';
import type { QuickAdapters } from './quick-adapters.ts';
import type { QuickForms } from './quick-forms.ts';

interface LanguageModelsOptions {
  readonly memoryOf: (device: string, free?: FreeOnGpu) => DeviceMemory;
  readonly threads?: number;
  /** Where converted models are kept, and what makes them; absent: all stay as published. */
  readonly quickForms?: QuickForms | undefined;
  /** The same for adapters. */
  readonly quickAdapters?: QuickAdapters | undefined;
}

/** Language models, shared by all steps; reloads unloaded ones. */
export class LanguageModels {
  readonly #options: LanguageModelsOptions;
  readonly #residency = new ModelResidency<LoadedLanguageModel>();
  readonly #runtimes = new Map<LlamaDevice, Promise<LlamaRuntime>>();
  /** What counts tokens: the weights, or only the vocabulary once they are unloaded. */
  readonly #counters = new Map<string, LlamaModel>();
  readonly #memories = new Map<string, Promise<LlamaMemory>>();
  readonly #tokenizers = new Map<string, Promise<ModelTokenizer>>();
  #closing = false;

  constructor(options: LanguageModelsOptions) {
    this.#options = options;
  }

  async languageModel(
    request: LanguageModelRequest,
    { contextLength, parallel, adapters = [], encoding = 'fastest' }: LanguageModelOptions,
  ): Promise<LanguageModel> {
    // The library goes on loading; only this caller stops waiting.
    const runtime = await abortable(this.runtime(llamaDevice(request.device)), request.signal);
    const { threads, quickForms, quickAdapters } = this.#options;
    const published = encoding === 'as-published' || runtime.device !== 'cpu';
    const file = published ? request.file : ((await quickForms?.open(request)) ?? request.file);
    const opened = async (adapter: AdapterFile): Promise<AdapterFile> =>
      published ? adapter : ((await quickAdapters?.open(adapter, request)) ?? adapter);
    const configuration: LlamaOptions = {
      ...{ id: file.id, runtime, contextLength, parallel },
      adapters: await llamaAdapters(file, adapters, opened),
      ...(threads === undefined ? {} : { threads }),
    };
    const memory = await this.#memory(file, runtime);
    const contextBytes = await memory.context(contextLength);
    const loader = {
      ...this.#loader(file, memory.weights, { options: configuration, contextBytes }),
      held: request.held,
    };
    const use = <Result>(
      signal: AbortSignal,
      work: (model: LlamaLanguageModel) => Promise<Result> | Result,
    ): Promise<Result> =>
      this.#residency.use(loader, signal, (loaded) =>
        loaded.use({ options: configuration, contextBytes }, work),
      );
    const facts = await use(request.signal, async (model) => {
      await model.prepare(request.signal);
      return { device: model.device, contextLength: model.contextLength, parallel: model.parallel };
    });
    return {
      ...facts,
      model: file.id,
      ...(file.readAs === undefined ? {} : { readAs: file.readAs }),
      generate: (prompt, hooks) => use(hooks.signal, (model) => model.generate(prompt, hooks)),
      likelihoods: (request, hooks) =>
        use(hooks.signal, (model) => model.likelihoods(request, hooks)),
      countTokens: (text) => {
        const counter = this.#counters.get(loader.key);
        if (counter === undefined) throw missingWeights(file);
        return counter.tokenize(text).length;
      },
    };
  }

  /** From the vocabulary alone, on the CPU for any device: it computes nothing. */
  tokenizer({ file, signal }: LanguageModelRequest): Promise<Tokenizer> {
    const key = fileKey(file);
    const load = async (): Promise<ModelTokenizer> =>
      new ModelTokenizer(
        ggufVocabulary(await loadLlamaVocabulary(await this.runtime('cpu'), file)),
        file.id,
      );
    const loading = this.#tokenizers.get(key) ?? load();
    this.#tokenizers.set(key, loading);
    loading.catch(() => this.#tokenizers.delete(key));
    return abortable(loading, signal);
  }

  async dispose(): Promise<void> {
    this.#closing = true;
    await this.#residency.dispose();
    await Promise.all([...this.#counters.values()].map((counter) => counter.dispose()));
    this.#counters.clear();
    const tokenizers = await Promise.allSettled(this.#tokenizers.values());
    await Promise.all(
      tokenizers.map((tokenizer) =>
        tokenizer.status === 'fulfilled' ? tokenizer.value[Symbol.asyncDispose]() : undefined,
      ),
    );
    this.#tokenizers.clear();
    const runtimes = await Promise.allSettled(this.#runtimes.values());
    await Promise.all(
      runtimes.map((runtime) =>
        runtime.status === 'fulfilled' ? runtime.value.llama.dispose() : undefined,
      ),
    );
  }

  /** Memory that the file will take, read once. */
  #memory(file: LlamaFile, runtime: LlamaRuntime): Promise<LlamaMemory> {
    const key = `${fileKey(file)} ${runtime.device}`;
    const reading = this.#memories.get(key) ?? LlamaMemory.of(file, runtime);
    this.#memories.set(key, reading);
    reading.catch(() => this.#memories.delete(key));
    return reading;
  }

  #loader(
    file: LlamaFile,
    { bytes, mapped }: WeightsMemory,
    configuration: Configuration,
  ): ModelLoader<LoadedLanguageModel> {
    const { runtime } = configuration.options;
    const key = `${fileKey(file)} ${runtime.device}`;
    return {
      key,
      model: file.id,
      memory: this.#options.memoryOf(runtime.device, () => freeOnGpu(runtime)),
      estimate: bytes + configurationBytes(configuration),
      growth: (loaded) => loaded.growth(configuration),
      grow: (loaded) => {
        loaded.grow(configuration);
      },
      load: async (signal) => {
        const weights = await loadLlamaWeights(runtime, file, { signal, mapped });
        const vocabulary = this.#counters.get(key);
        this.#counters.set(key, weights);
        await vocabulary?.dispose();
        const loaded = new LoadedLanguageModel(weights, bytes);
        return {
          value: loaded,
          bytes: () => loaded.bytes(),
          dispose: async () => {
            await loaded.dispose();
            const vocabulary = await this.#vocabularyToCount(runtime, file);
            if (vocabulary === undefined) this.#counters.delete(key);
            else this.#counters.set(key, vocabulary);
            await weights.dispose();
          },
        };
      },
    };
  }

  /** Undefined if nobody will count any more, or the file is gone: the weights must be unloaded anyway. */
  async #vocabularyToCount(
    runtime: LlamaRuntime,
    file: LlamaFile,
  ): Promise<LlamaModel | undefined> {
    if (this.#closing) return undefined;
    return loadLlamaVocabulary(runtime, file).catch(() => undefined);
  }

  /** llama.cpp on a device, loaded once. */
  runtime(device: LlamaDevice): Promise<LlamaRuntime> {
    const loading = this.#runtimes.get(device) ?? loadLlamaRuntime(device);
    this.#runtimes.set(device, loading);
    loading.catch(() => this.#runtimes.delete(device));
    return loading;
  }
}
