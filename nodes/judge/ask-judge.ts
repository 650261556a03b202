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
  /** Id of the answer that it is about. */
  readonly item: string;
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

/** Steps from one seed to the next repeat's, far from those that people set beside it. */
const seedStep = 0x9e3779b9;

/**
 * Asks the judge, as many prompts at once as allowed. What it said is kept in the item cache by what it was asked, so that
 * a step that was stopped, one more repeat or another metric asks for nothing twice.
 */
export class JudgeModel {
  /** The step's, which ends all other prompts where one fails. */
  readonly #ctx: RunContext;
  readonly #failed = new AbortController();
  readonly #model: TreeInput<ModelRef>;
  readonly #params: ParamsOf<typeof judge>;
  /** Not kept: another day they may be answered. */
  readonly #refused = new Map<string, string>();
  readonly #answered = new Set<string>();
  /** Replies that were not there before. */
  written = 0;

  constructor(ctx: RunContext, model: TreeInput<ModelRef>, params: ParamsOf<typeof judge>) {
    const signal = AbortSignal.any([ctx.signal, this.#failed.signal]);
    this.#ctx = { ...ctx, signal };
    this.#model = model;
    this.#params = params;
  }

  /** Different prompts that it has replied to. */
  get replies(): number {
    return this.#answered.size;
  }

  /** Says in the log what reading its prompts took. */
  tellTokens(): void {
    tellTokens(this.#ctx);
  }

  /** Replies in order; `done` is told after each that came. */
  async ask(asked: readonly Asked[], done: () => void): Promise<readonly Reply[]> {
    const byKey = new Map(asked.map((ask) => [this.#keyOf(ask), ask]));
    // Prompts that begin alike follow each other: what they share is read once.
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
      // The others would go on writing replies that nobody waits for.
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

/** Asks in rounds: gives prompts, gets their replies, in order. */
export type Rounds<Result> = Generator<readonly Asked[], Result, readonly Reply[]>;

/** Goes through several at once: the prompts of one round of all of them are asked together. */
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
