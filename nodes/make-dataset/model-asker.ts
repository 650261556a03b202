import {
  canonicalJson,
  GraphError,
  type GenerateResult,
  ItemFailure,
  type ModelRef,
  type ParamsOf,
  type RunContext,
  type TreeInput,
  type Chunk,
} from '@graft/graph';
import { z } from 'zod';
import { type Ask, askModel } from '../kit/asking/ask-model.ts';
import type { makeDataset } from './node.ts';
import type { Tally } from './tally.ts';

export type Params = ParamsOf<typeof makeDataset>;

const replySchema = z.object({
  text: z.string(),
  /** The model had more to say. */
  cut: z.boolean(),
});
export type Reply = z.infer<typeof replySchema>;

/** A prompt, and the item that it concerns. */
export interface Prompted {
  readonly id: string;
  readonly prompt: string;
}

/** Prompts asked and stored at once: the most that a stopped run loses. */
const batch = 8;
/** As in Generate. */
const sampling = { topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1.1, stop: [] };

/** Asks a model each prompt once: caches replies by everything that they depend on. */
export class ModelAsker {
  readonly #ctx: RunContext;
  readonly #model: TreeInput<ModelRef>;
  readonly #params: Params;
  readonly #replies = new Map<string, Reply>();
  /** Not cached: it may succeed another day. */
  readonly #problems = new Map<string, string>();

  constructor(ctx: RunContext, model: TreeInput<ModelRef>, params: Params) {
    this.#ctx = ctx;
    this.#model = model;
    this.#params = params;
  }

  /**
   * The replies to prompts, in order; for a prompt that cannot be answered the reason, as a sentence. Sorts prompts
   * with a common beginning next to each other. Reports `doing` as progress.
   */
  async ask(
    prompts: readonly Prompted[],
    { temperature, doing }: { readonly temperature: number; readonly doing: string },
  ): Promise<(Reply | string)[]> {
    const { system, maxTokens, context, encoding } = this.#params;
    const seed = temperature === 0 ? 0 : this.#params.seed;
    const { digest } = this.#model.info;
    const keys = prompts.map(({ prompt }) =>
      canonicalJson([digest, context, encoding, maxTokens, temperature, seed, system, prompt]),
    );
    const asks = new Map(
      prompts.map(({ id, prompt }, at) => [keys[at] ?? '', { id, system, prompt }]),
    );
    const memo = await this.#ctx.memo('replies', replySchema, async (wanted) => {
      const missing = wanted.filter((key) => !this.#replies.has(key));
      const results = await this.#answers(
        missing.flatMap((key) => asks.get(key) ?? []),
        { temperature, seed },
      );
      for (const [at, key] of missing.entries()) this.#note(key, results[at]);
      return wanted.map((key) => this.#replyTo(key));
    });
    const sorted = [...asks.keys()].sort();
    for (let at = 0; at < sorted.length; at += batch) {
      this.#ctx.progress({ done: at, total: sorted.length, unit: 'prompts', message: doing });
      const slice = sorted.slice(at, at + batch);
      try {
        await memo.fill(slice);
      } catch (error) {
        const answered = slice.filter((key) => !this.#problems.has(key));
        if (answered.length === slice.length) throw error;
        await memo.fill(answered);
      }
    }
    const replies: (Reply | string)[] = [];
    for (const key of keys) replies.push(this.#problems.get(key) ?? (await memo.get(key)));
    return replies;
  }

  #answers(
    asks: readonly Ask[],
    { temperature, seed }: { readonly temperature: number; readonly seed: number },
  ): Promise<(GenerateResult | ItemFailure)[]> {
    const { maxTokens, context, encoding, parallel } = this.#params;
    return askModel(this.#ctx, asks, {
      ...{ model: this.#model, context, encoding, parallel },
      sampling: { ...sampling, maxTokens, temperature, seed },
    });
  }

  #note(key: string, result: GenerateResult | ItemFailure | undefined): void {
    if (result instanceof ItemFailure) this.#problems.set(key, result.message);
    else if (result !== undefined) {
      const { text, finishReason } = result;
      this.#replies.set(key, { text: text.trim(), cut: finishReason !== 'stop' });
    }
  }

  /** Throws for a prompt that cannot be answered, so that nothing is cached for it. */
  #replyTo(key: string): Reply {
    const reply = this.#replies.get(key);
    if (reply !== undefined) return reply;
    throw new GraphError('bad-input', this.#problems.get(key) ?? 'The model did not reply.');
  }
}

/** A question that may become a row of the dataset. */
export interface Candidate {
  readonly chunk: Chunk;
  readonly question: string;
  /** Absent: the question has no answer. */
  readonly reference?: string;
  /** The question that it paraphrases. */
  readonly of?: Candidate;
}

/** What every stage of making a dataset needs. */
export interface Making {
  readonly ctx: RunContext;
  readonly params: Params;
  readonly asker: ModelAsker;
  readonly tally: Tally;
}

/** Whether the model stopped early within `part`, so that the part is incomplete. */
export function isCutIn({ cut, text }: Reply, part: string): boolean {
  return cut && text.endsWith(part);
}

/** The model's reply; empty if it failed. */
export function replied(reply: Reply | string | undefined): Reply {
  return typeof reply === 'object' ? reply : { text: '', cut: false };
}
