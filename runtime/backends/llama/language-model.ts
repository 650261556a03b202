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
  /** What messages call the model. */
  readonly id: string;
  readonly runtime: LlamaRuntime;
  /** Tokens of prompt and answer together; at most what the model was trained on. */
  readonly contextLength: number;
  /** Requests at once, on a CPU no more than it has cores. */
  readonly parallel: number;
  /** Added to the weights, each times its scale. */
  readonly adapters?: readonly LlamaAdapter[];
  /** Of the machine; shared out among the requests that run at once. */
  readonly threads?: number;
}

/**
 * A language model over loaded weights, with `parallel` slots made when first needed. The same request
 * gives the same text on one machine at one `parallel`, whatever runs beside it.
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

  /** Bytes of the contexts made so far. */
  get contextMemory(): number {
    return [...this.#pool.slots].reduce((sum, slot) => sum + slot.memory, 0);
  }

  /** Makes the first slot, so that an adapter that cannot be applied shows before the first request. */
  async prepare(signal: AbortSignal): Promise<void> {
    if (this.#pool.slots.size === 0) await this.#pool.use(signal, () => Promise.resolve());
  }

  /** Returns within a moment of an abort, with what was written until then. */
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
      // After an abort the caller has its answer.
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
      // The slot finishes its piece on its own and is free again then.
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

  /** Frees the contexts once nothing computes in them; the weights belong to whoever loaded them. */
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
 * llama.cpp's threads wait for each other by spinning, after every operation: one that has to share its core
 * holds up all of them (two threads on two busy cores took 196 s for what one did in 17). So one request
 * alone leaves a core to everything else.
 */
function threadsPerRequest(threads: number, parallel: number): number {
  return Math.max(1, parallel <= 1 ? threads - 1 : Math.floor(threads / parallel));
}

/** More requests at once than cores finish no sooner, take more memory, and each read what they share again. */
export function requestsAtOnce({ parallel, threads, runtime }: LlamaOptions): number {
  const most = runtime.device === 'cpu' ? (threads ?? availableParallelism()) : Infinity;
  return Math.max(1, Math.min(parallel, most));
}
