import { GraphError } from '@graft/graph';
import { PendingWork } from '@graft/kit';
import type { LlamaModel } from 'node-llama-cpp';
import { adaptersKey } from '../llama/llama-adapters.ts';
import { LlamaLanguageModel, requestsAtOnce, type LlamaOptions } from '../llama/language-model.ts';

interface Configured {
  readonly model: LlamaLanguageModel;
  /** Expected bytes of all its contexts. */
  readonly expected: number;
  users: number;
}

/** One configuration of the weights, with the bytes of one context. */
export interface Configuration {
  readonly options: LlamaOptions;
  readonly contextBytes: number;
}

/** Bytes of a new configuration, without the weights. */
export function configurationBytes({ options, contextBytes }: Configuration): number {
  const adapters = options.adapters ?? [];
  return contextsOf({ options, contextBytes }) + adapters.reduce((sum, { size }) => sum + size, 0);
}

/** Unused configurations that keep their contexts: one without an adapter and a few with. */
const keptIdle = 4;

/** Weights, and the language models of several context lengths and adapters that share them. */
export class LoadedLanguageModel {
  readonly #weights: LlamaModel;
  readonly #weightBytes: number;
  /** Least recently used first. */
  readonly #configured = new Map<string, Configured>();
  /** Bytes of every applied adapter file: llama.cpp keeps them as long as the weights. */
  readonly #adapters = new Map<string, number>();
  readonly #dropping = new PendingWork();

  /** `bytes`: of the weights. */
  constructor(weights: LlamaModel, bytes: number) {
    this.#weights = weights;
    this.#weightBytes = bytes;
  }

  bytes(): number {
    let sum = this.#weightBytes;
    for (const { model, expected } of this.#configured.values()) {
      sum += Math.max(expected, model.contextMemory);
    }
    for (const size of this.#adapters.values()) sum += size;
    return sum;
  }

  /** Bytes that a configuration adds to `bytes`. */
  growth(configuration: Configuration): number {
    const adapters = configuration.options.adapters ?? [];
    const known = adapters.filter(({ filePath }) => this.#adapters.has(filePath));
    const there = known.reduce((sum, { size }) => sum + size, 0);
    const all = configurationBytes(configuration) - there;
    const configured = this.#configured.get(keyOf(configuration.options));
    return configured === undefined ? all : all - contextsOf(configuration);
  }

  /** Counts a configuration before its contexts exist. */
  grow(configuration: Configuration): void {
    const { options } = configuration;
    for (const { filePath, size } of options.adapters ?? []) this.#adapters.set(filePath, size);
    const key = keyOf(options);
    const configured = this.#configured.get(key) ?? {
      model: new LlamaLanguageModel(this.#weights, options),
      expected: contextsOf(configuration),
      users: 0,
    };
    this.#configured.delete(key);
    this.#configured.set(key, configured);
  }

  /** Runs `work` on the model in this configuration, created if new. */
  async use<Result>(
    configuration: Configuration,
    work: (model: LlamaLanguageModel) => Promise<Result> | Result,
  ): Promise<Result> {
    this.grow(configuration);
    const configured = this.#configured.get(keyOf(configuration.options));
    if (configured === undefined) throw unknownConfiguration();
    configured.users++;
    try {
      return await work(configured.model);
    } finally {
      configured.users--;
      this.#dropIdle();
    }
  }

  /** Frees the contexts; the loader owns the weights. */
  async dispose(): Promise<void> {
    const models = [...this.#configured.values()].map(({ model }) => model);
    this.#configured.clear();
    await Promise.all(models.map((model) => model[Symbol.asyncDispose]()));
    await this.#dropping.settled();
  }

  #dropIdle(): void {
    const idle = [...this.#configured].filter(([, { users }]) => users === 0);
    for (const [key, { model }] of idle.slice(0, Math.max(0, idle.length - keptIdle))) {
      this.#configured.delete(key);
      this.#dropping.follow(model[Symbol.asyncDispose]());
    }
  }
}

function contextsOf({ options, contextBytes }: Configuration): number {
  return requestsAtOnce(options) * contextBytes;
}

function keyOf({ contextLength, parallel, adapters = [] }: LlamaOptions): string {
  return `${contextLength} ${parallel} ${adaptersKey(adapters)}`;
}

function unknownConfiguration(): GraphError {
  return new GraphError('internal', 'a configuration was dropped as it was made', {
    audience: 'developer',
  });
}
