import {
  type GenerateResult,
  GraphError,
  type LanguageModel,
  modelSource,
  type ModelRef,
  type ParamsOf,
  type RunContext,
  type TreeInput,
} from '@graft/graph';
import { z } from 'zod';
import type { judge } from './node.ts';

/** A prompt for the judge. */
export interface Asked {
  readonly prompt: string;
  /** From 1; each has a seed of its own. */
  readonly repeat: number;
}

const writtenSchema = z.object({
  text: z.string(),
  /** It was cut at max tokens. */
  cut: z.boolean(),
});
export interface Reply extends z.infer<typeof writtenSchema> {
  /** Why it was not asked, or did not answer, as a sentence. */
  readonly refused?: string;
}

/** Tokens that a chat template adds around system prompt and prompt, generously. */
const templateTokens = 32;

/** Steps from one seed to the next repeat's, far from those that people set beside it. */
const seedStep = 0x9e3779b9;

/**
 * Asks the judge, as many prompts at once as allowed. What it said is kept in the item cache by what it was asked, so that
 * a step that was stopped, one more repeat or another metric asks for nothing twice.
 */
export class JudgeModel {
  readonly #ctx: RunContext;
  readonly #model: TreeInput<ModelRef>;
  readonly #params: ParamsOf<typeof judge>;
  /** Not kept: another day they may be answered. */
  readonly #refused = new Map<string, string>();
  readonly #answered = new Set<string>();
  #loading: Promise<LanguageModel> | undefined;
  /** Replies that were not there before. */
  written = 0;

  constructor(ctx: RunContext, model: TreeInput<ModelRef>, params: ParamsOf<typeof judge>) {
    this.#ctx = ctx;
    this.#model = model;
    this.#params = params;
  }

  /** Different prompts that it has replied to. */
  get replies(): number {
    return this.#answered.size;
  }

  /** Replies in order; `done` is told after each that came. */
  async ask(asked: readonly Asked[], done: () => void): Promise<readonly Reply[]> {
    const byKey = new Map(asked.map((one) => [this.#keyOf(one), one]));
    // Prompts that begin alike follow each other: what they share is read once.
    const waiting = [...byKey].sort(([, a], [, b]) =>
      a.prompt < b.prompt ? -1 : a.prompt > b.prompt ? 1 : a.repeat - b.repeat,
    );
    const failed = new AbortController();
    const signal = AbortSignal.any([this.#ctx.signal, failed.signal]);
    const memo = await this.#ctx.memo('replies', writtenSchema, (keys) =>
      Promise.all(keys.map((key) => this.#write(byKey.get(key), signal))),
    );
    const replies = new Map<string, Reply>();
    const workers = Array.from({ length: this.#params.parallel }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        signal.throwIfAborted();
        const [key] = next;
        replies.set(key, await this.#reply(key, () => memo.get(key)));
        this.#answered.add(key);
        done();
      }
    });
    try {
      await Promise.all(workers);
    } catch (error) {
      // The others would go on writing replies that nobody waits for.
      failed.abort();
      await Promise.allSettled(workers);
      throw error;
    }
    return asked.map((one) => replies.get(this.#keyOf(one)) ?? nothing);
  }

  async #reply(key: string, get: () => Promise<Reply>): Promise<Reply> {
    const known = this.#refused.get(key);
    if (known !== undefined) return { ...nothing, refused: known };
    try {
      return await get();
    } catch (error) {
      if (!(error instanceof GraphError) || error.code !== 'bad-input') throw error;
      this.#refused.set(key, error.message);
      return { ...nothing, refused: error.message };
    }
  }

  async #write(asked: Asked | undefined, signal: AbortSignal): Promise<Reply> {
    if (asked === undefined) throw new GraphError('internal', 'A reply was asked for by nobody.');
    const { system, maxTokens, temperature, context } = this.#params;
    const loaded = await (this.#loading ??= this.#load());
    const tokens = loaded.countTokens(system) + loaded.countTokens(asked.prompt) + templateTokens;
    if (tokens + maxTokens > context) {
      throw new GraphError(
        'bad-input',
        `The prompt has about ${tokens} tokens; with a reply of ${maxTokens} it does not fit the context of ${context}. Raise the context.`,
      );
    }
    const { text, finishReason }: GenerateResult = await loaded.generate(
      {
        ...{ system, prompt: asked.prompt, maxTokens, temperature },
        ...{ topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1, stop: [] },
        seed: this.#seedOf(asked),
      },
      { signal },
    );
    signal.throwIfAborted();
    this.written += 1;
    return { text: text.trim(), cut: finishReason === 'length' };
  }

  async #load(): Promise<LanguageModel> {
    const { context, parallel } = this.#params;
    const loaded = await this.#ctx.backends.languageModel(modelSource(this.#model), {
      contextLength: context,
      parallel,
    });
    const { model, readAs } = loaded;
    if (readAs !== undefined) this.#ctx.log('info', `Reads ${model} as ${readAs}.`);
    return loaded;
  }

  /** All that a reply depends on, beside what the step's key says of engines and devices. */
  #keyOf(asked: Asked): string {
    const { system, maxTokens, temperature, context } = this.#params;
    const { digest } = this.#model;
    const seed = this.#seedOf(asked);
    return JSON.stringify([digest, system, maxTokens, temperature, context, seed, asked.prompt]);
  }

  #seedOf({ repeat }: Asked): number {
    const { temperature, seed } = this.#params;
    return temperature === 0 ? 0 : (seed + (repeat - 1) * seedStep) % 2 ** 32;
  }
}

const nothing: Reply = { text: '', cut: false };
