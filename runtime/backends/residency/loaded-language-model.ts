import type { LlamaModel } from 'node-llama-cpp';
import { adaptersKey } from '../llama/llama-adapters.ts';
import { LlamaLanguageModel, type LlamaOptions } from '../llama/language-model.ts';

interface Configured {
  readonly model: LlamaLanguageModel;
  users: number;
}

/** Configurations that keep their contexts while nobody uses them: one without an adapter and a few with. */
const keptIdle = 4;

/** Weights, and the language models of other context lengths and adapters that share them. */
export class LoadedLanguageModel {
  readonly #weights: LlamaModel;
  /** Least recently used first. */
  readonly #configured = new Map<string, Configured>();
  /** Bytes of every adapter's file that was ever applied: llama.cpp keeps them as long as the weights. */
  readonly #adapters = new Map<string, number>();
  readonly #dropping = new Set<Promise<void>>();

  constructor(weights: LlamaModel) {
    this.#weights = weights;
  }

  bytes(): number {
    let sum = this.#weights.size;
    for (const { model } of this.#configured.values()) sum += model.contextMemory;
    for (const size of this.#adapters.values()) sum += size;
    return sum;
  }

  /** Runs `work` on the model so configured, made when it is new. */
  async use<Result>(
    options: LlamaOptions,
    work: (model: LlamaLanguageModel) => Promise<Result> | Result,
  ): Promise<Result> {
    const adapters = options.adapters ?? [];
    const key = `${options.contextLength} ${options.parallel} ${adaptersKey(adapters)}`;
    const configured = this.#configured.get(key) ?? {
      model: new LlamaLanguageModel(this.#weights, options),
      users: 0,
    };
    for (const { filePath, size } of adapters) this.#adapters.set(filePath, size);
    this.#configured.delete(key);
    this.#configured.set(key, configured);
    configured.users++;
    try {
      return await work(configured.model);
    } finally {
      configured.users--;
      this.#dropIdle();
    }
  }

  /** Frees the contexts; the weights belong to whoever loaded them. */
  async dispose(): Promise<void> {
    const models = [...this.#configured.values()].map(({ model }) => model);
    this.#configured.clear();
    await Promise.all([...models.map((model) => model[Symbol.asyncDispose]()), ...this.#dropping]);
  }

  #dropIdle(): void {
    const idle = [...this.#configured].filter(([, { users }]) => users === 0);
    for (const [key, { model }] of idle.slice(0, Math.max(0, idle.length - keptIdle))) {
      this.#configured.delete(key);
      const dropping = model[Symbol.asyncDispose]().finally(() => this.#dropping.delete(dropping));
      this.#dropping.add(dropping);
    }
  }
}
