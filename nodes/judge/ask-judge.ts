import {
  GraphError,
  ItemFailure,
  type ModelRef,
  type ParamsOf,
  type RunContext,
  type TreeInput,
} from '@graft/graph';
import { z } from 'zod';
import { askModel, tellTokens } from '../kit/asking/ask-model.ts';
import type { judge } from './node.ts';

/** A prompt for the judge. */
export interface Asked {
  /** Id of the judged answer. */
  readonly item: string;
  readonly prompt: string;
  /** From 1; each repeat has its own seed. */
  readonly repeat: number;
}

const writtenSchema = z.object({
  text: z.string(),
  /** Stopped at max tokens. */
  cut: z.boolean(),
});
export interface Reply extends z.infer<typeof writtenSchema> {
  /** Why the judge was not asked or did not answer, as a sentence. */
  readonly refused?: string;
}

/** Distance between the seeds of two repeats, far from seeds that people choose. */
const seedStep = 0x9e3779b9;

/**
 * Asks the judge, as many prompts at once as allowed. Caches replies by prompt, so that a stopped step, another repeat
 * or another metric asks nothing twice.
 */
export class JudgeModel {
  /** The step's signal, which ends all other prompts if one fails. */
  readonly #ctx: RunContext;
  readonly #failed = new AbortController();
  readonly #model: TreeInput<ModelRef>;
  readonly #params: ParamsOf<typeof judge>;
  /** Not cached: it may succeed another day. */
  readonly #refused = new Map<string, string>();
  readonly #answered = new Set<string>();
  /** Replies that were not cached. */
  written = 0;

  constructor(ctx: RunContext, model: TreeInput<ModelRef>, params: ParamsOf<typeof judge>) {
    const signal = AbortSignal.any([ctx.signal, this.#failed.signal]);
    this.#ctx = { ...ctx, signal };
    this.#model = model;
    this.#params = params;
  }

  /** Different prompts with a reply. */
  get replies(): number {
    return this.#answered.size;
  }

  /** Logs how many prompt tokens the judge read. */
  tellTokens(): void {
    tellTokens(this.#ctx);
  }

  /** Replies in order; calls `done` after each. */
  async ask(asked: readonly Asked[], done: () => void): Promise<readonly Reply[]> {
    const byKey = new Map(asked.map((ask) => [this.#keyOf(ask), ask]));
    // Sorts prompts with a common beginning next to each other, so that the model reads it once.
    const waiting = [...byKey].sort(([, a], [, b]) =>
      a.prompt < b.prompt ? -1 : a.prompt > b.prompt ? 1 : a.repeat - b.repeat,
    );
    const memo = await this.#ctx.memo('replies', writtenSchema, (keys) =>
      Promise.all(keys.map((key) => this.#write(byKey.get(key)))),
    );
    const replies = new Map<string, Reply>();
    const workers = Array.from({ length: this.#params.parallel }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        this.#ctx.signal.throwIfAborted();
        const [key] = next;
        replies.set(key, await this.#reply(key, () => memo.get(key)));
        this.#answered.add(key);
        done();
      }
    });
    try {
      await Promise.all(workers);
    } catch (error) {
      // The others would go on writing unwanted replies.
      this.#failed.abort();
      await Promise.allSettled(workers);
      throw error;
    }
    return asked.map((ask) => replies.get(this.#keyOf(ask)) ?? nothing);
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

  async #write(asked: Asked | undefined): Promise<Reply> {
    if (asked === undefined) throw new GraphError('internal', 'A reply was asked for by nobody.');
    const { system, maxTokens, temperature, context, parallel } = this.#params;
    const [result] = await askModel(this.#ctx, [{ id: asked.item, system, prompt: asked.prompt }], {
      ...{ model: this.#model, context, parallel },
      sampling: {
        ...{ maxTokens, temperature, seed: this.#seedOf(asked) },
        ...{ topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1, stop: [] },
      },
    });
    if (result === undefined || result instanceof ItemFailure) {
      throw new GraphError('bad-input', result?.message ?? 'The model did not reply.');
    }
    this.written += 1;
    return { text: result.text.trim(), cut: result.finishReason === 'length' };
  }

  /** Everything that a reply depends on, beyond the engines and devices in the step's key. */
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

/** A dialogue in rounds: yields prompts, receives their replies in order. */
export type Rounds<Result> = Generator<readonly Asked[], Result, readonly Reply[]>;

/** Runs several dialogues at once: asks all prompts of a round together. */
export async function inRounds<Result>(
  all: readonly Rounds<Result>[],
  ask: (asked: readonly Asked[]) => Promise<readonly Reply[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  let open = all.map((rounds, at) => ({ rounds, at, step: rounds.next() }));
  for (;;) {
    const asking = open.flatMap(({ rounds, at, step }) => {
      if (step.done !== true) return [{ rounds, at, asked: step.value }];
      results[at] = step.value;
      return [];
    });
    if (asking.length === 0) return results;
    const replies = await ask(asking.flatMap(({ asked }) => asked));
    let next = 0;
    open = asking.map(({ rounds, at, asked }) => {
      const own = replies.slice(next, (next += asked.length));
      return { rounds, at, step: rounds.next(own) };
    });
  }
}
