import { availableParallelism } from 'node:os';
import {
  GraphError,
  type GenerateRequest,
  type GenerateResult,
  type LanguageModel,
  type LikelihoodRequest,
  type LikelihoodResult,
} from '@graft/graph';
import type { LlamaModel } from 'node-llama-cpp';
import { ChatTemplate } from './chat-template.ts';
import { LlamaSlot, promptTooLong } from './llama-slot.ts';
import { adapterError, type LlamaAdapter } from './llama-adapters.ts';
import type { LlamaRuntime } from './llama-runtime.ts';
import { loadError } from './llama-weights.ts';
import { SlotPool } from './slot-pool.ts';
import { ggufVocabulary } from './vocabulary.ts';

export interface LlamaOptions {
  /** Name of the model in messages. */
  readonly id: string;
  readonly runtime: LlamaRuntime;
  /** Tokens of prompt and answer together; at most the model's trained context. */
  readonly contextLength: number;
  /** Concurrent requests; on a CPU at most the number of cores. */
  readonly parallel: number;
  /** Adapters to add to the weights, each times its scale. */
  readonly adapters?: readonly LlamaAdapter[];
  /** Threads, shared among concurrent requests. */
  readonly threads?: number;
}

/**
 * A language model over loaded weights, with `parallel` slots created on demand. On one machine, for one `parallel`,
 * the same request gives the same text, whatever runs beside it.
 */
export class LlamaLanguageModel implements LanguageModel, AsyncDisposable {
  readonly model: string;
  readonly device: string;
  readonly contextLength: number;
  readonly parallel: number;
  readonly #weights: LlamaModel;
  readonly #runtime: LlamaRuntime;
  readonly #adapters: readonly LlamaAdapter[];
  readonly #template: ChatTemplate;
  readonly #threads: number;
  readonly #pool: SlotPool<LlamaSlot>;

  constructor(weights: LlamaModel, options: LlamaOptions) {
    this.#weights = weights;
    this.#runtime = options.runtime;
    this.#adapters = options.adapters ?? [];
    this.#template = new ChatTemplate(ggufVocabulary(weights), options.id);
    this.model = options.id;
    this.device = options.runtime.device;
    this.contextLength = Math.min(options.contextLength, weights.trainContextSize);
    this.parallel = requestsAtOnce(options);
    this.#threads = threadsPerRequest(options.threads ?? availableParallelism(), options.parallel);
    this.#pool = new SlotPool(this.parallel, () => this.#newSlot());
  }

  /** Bytes of the contexts created so far. */
  get contextMemory(): number {
    return [...this.#pool.slots].reduce((sum, slot) => sum + slot.memory, 0);
  }

  /** Creates the first slot, so that an unusable adapter fails before the first request. */
  async prepare(signal: AbortSignal): Promise<void> {
    if (this.#pool.slots.size === 0) await this.#pool.use(signal, () => Promise.resolve());
  }

  /** Returns soon after an abort, with the text written so far. */
  async generate(
    request: GenerateRequest,
    options: { readonly signal: AbortSignal; readonly onText?: (text: string) => void },
  ): Promise<GenerateResult> {
    const prompt = this.#template.write(request.system, request.prompt);
    if (prompt.tokens.length >= this.contextLength) {
      throw promptTooLong(prompt.tokens.length, this.contextLength);
    }
    let text = '';
    const onText = (piece: string): void => {
      // After an abort the caller already has its answer.
      if (options.signal.aborted) return;
      text += piece;
      options.onText?.(piece);
    };
    const { signal } = options;
    try {
      return await this.#pool.use(
        signal,
        (slot) => slot.generate(request, prompt, { signal, onText }),
        (slot) => slot.reusableTokens(prompt),
      );
    } catch (error) {
      // The slot finishes its piece alone and is free afterwards.
      if (!signal.aborted) throw error;
      return {
        text,
        ...{ promptTokens: prompt.tokens.length, reusedTokens: 0 },
        completionTokens: this.#weights.tokenize(text).length,
        finishReason: 'aborted',
      };
    }
  }

  async likelihoods(
    { system, prompt: text, choices }: LikelihoodRequest,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<LikelihoodResult> {
    const prompt = this.#template.write(system, text);
    const begun = choices.map((choice) => this.#template.begin(choice));
    if (begun.some(({ length }) => length === 0)) {
      throw new GraphError('bad-input', 'a choice whose likelihood is asked for is empty');
    }
    const tokens = prompt.tokens.length + Math.max(0, ...begun.map(({ length }) => length));
    if (tokens > this.contextLength) throw promptTooLong(tokens, this.contextLength);
    const likelihoods = await this.#pool.use(
      signal,
      (slot) => slot.likelihoods(prompt, begun, signal),
      (slot) => slot.reusableTokens(prompt),
    );
    return { likelihoods, promptTokens: prompt.tokens.length };
  }

  countTokens(text: string): number {
    return this.#weights.tokenize(text).length;
  }

  /** Frees the contexts once none is computing; the loader owns the weights. */
  async [Symbol.asyncDispose](): Promise<void> {
    const slots = await this.#pool.close();
    await Promise.all(slots.map((slot) => slot.dispose()));
  }

  async #newSlot(): Promise<LlamaSlot> {
    try {
      return await LlamaSlot.create(this.#weights, {
        contextLength: this.contextLength,
        threads: this.#threads,
        device: this.device,
        adapters: this.#adapters,
      });
    } catch (cause) {
      if (cause instanceof GraphError) throw cause;
      const complaint = await this.#runtime.complaint();
      throw (
        adapterError(this.#adapters, cause, complaint) ?? loadError(this.model, cause, complaint)
      );
    }
  }
}

/**
 * llama.cpp's threads spin while waiting for each other after every operation, so one that shares its core delays all
 * (two threads on two busy cores took 196 s, one thread 17 s). So a lone request leaves one core free.
 */
function threadsPerRequest(threads: number, parallel: number): number {
  return Math.max(1, parallel <= 1 ? threads - 1 : Math.floor(threads / parallel));
}

/** More concurrent requests than cores finish no sooner, take more memory, and each read shared prefixes again. */
export function requestsAtOnce({ parallel, threads, runtime }: LlamaOptions): number {
  const most = runtime.device === 'cpu' ? (threads ?? availableParallelism()) : Infinity;
  return Math.max(1, Math.min(parallel, most));
}
