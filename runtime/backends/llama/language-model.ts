import { availableParallelism } from 'node:os';
import {
  GraphError,
  type GenerateRequest,
  type GenerateResult,
  type LanguageModel,
} from '@graft/graph';
import type { LlamaModel } from 'node-llama-cpp';
import { ChatTemplate } from './chat-template.ts';
import { LlamaSlot, promptTooLong } from './llama-slot.ts';
import { adapterError, type LlamaAdapter } from './llama-adapters.ts';
import type { LlamaRuntime } from './llama-runtime.ts';
import { loadError } from './llama-weights.ts';
import { ggufVocabulary } from './vocabulary.ts';

export interface LlamaOptions {
  /** What messages call the model. */
  readonly id: string;
  readonly runtime: LlamaRuntime;
  /** Tokens of prompt and answer together; at most what the model was trained on. */
  readonly contextLength: number;
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
  readonly #free: LlamaSlot[] = [];
  readonly #slots = new Set<LlamaSlot>();
  readonly #waiting: (() => void)[] = [];
  /** Also those whose callers have given up. */
  readonly #work = new Set<Promise<unknown>>();
  #taken = 0;

  constructor(weights: LlamaModel, options: LlamaOptions) {
    this.#weights = weights;
    this.#runtime = options.runtime;
    this.#adapters = options.adapters ?? [];
    this.#template = new ChatTemplate(ggufVocabulary(weights), options.id);
    this.model = options.id;
    this.device = options.runtime.device;
    this.contextLength = Math.min(options.contextLength, weights.trainContextSize);
    this.parallel = Math.max(1, options.parallel);
    this.#threads = threadsPerRequest(options.threads ?? availableParallelism(), this.parallel);
  }

  /** Bytes of the contexts made so far. */
  get contextMemory(): number {
    return [...this.#slots].reduce((sum, slot) => sum + slot.memory, 0);
  }

  /** Makes the first slot, so that an adapter that cannot be applied shows before the first request. */
  async prepare(): Promise<void> {
    await this.#withSlot(new AbortController().signal, () => Promise.resolve());
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
    let settle: (result: GenerateResult) => void = () => undefined;
    const aborted = new Promise<GenerateResult>((resolve) => (settle = resolve));
    const onAbort = (): void =>
      settle({
        text,
        promptTokens: prompt.tokens.length,
        completionTokens: this.#weights.tokenize(text).length,
        finishReason: 'aborted',
      });
    options.signal.addEventListener('abort', onAbort, { once: true });
    if (options.signal.aborted) onAbort();
    try {
      const { signal } = options;
      const work = this.#withSlot(signal, (slot) =>
        slot.generate(request, prompt, { signal, onText }),
      );
      // When aborted, the slot finishes its piece on its own and is free again then.
      const ended = work.catch(() => undefined).finally(() => this.#work.delete(ended));
      this.#work.add(ended);
      const result = await Promise.race([work, aborted]);
      return result ?? (await aborted);
    } finally {
      options.signal.removeEventListener('abort', onAbort);
    }
  }

  countTokens(text: string): number {
    return this.#weights.tokenize(text).length;
  }

  /** Frees the contexts once nothing computes in them; the weights belong to whoever loaded them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#work);
    await Promise.all([...this.#slots].map((slot) => slot.dispose()));
    this.#slots.clear();
    this.#free.length = 0;
  }

  /** Undefined when aborted before a slot was free. */
  async #withSlot<T>(
    signal: AbortSignal,
    work: (slot: LlamaSlot) => Promise<T>,
  ): Promise<T | undefined> {
    while (this.#taken >= this.parallel) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#taken++;
    try {
      if (signal.aborted) return undefined;
      const slot = this.#free.pop() ?? (await this.#newSlot());
      try {
        return await work(slot);
      } finally {
        this.#free.push(slot);
      }
    } finally {
      this.#taken--;
      this.#waiting.shift()?.();
    }
  }

  async #newSlot(): Promise<LlamaSlot> {
    try {
      const slot = await LlamaSlot.create(this.#weights, {
        contextLength: this.contextLength,
        threads: this.#threads,
        device: this.device,
        adapters: this.#adapters,
      });
      this.#slots.add(slot);
      return slot;
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
  return Math.max(1, parallel === 1 ? threads - 1 : Math.floor(threads / parallel));
}
