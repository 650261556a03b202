import {
  type GenerateRequest,
  type GenerateResult,
  GraphError,
  type ItemFailure,
  type LanguageModel,
  type ModelRef,
  type RunContext,
  type TreeInput,
} from '@graft/graph';
import { z } from 'zod';
import { type Ask, loadedModel, workThrough } from './ask-model.ts';
import { tellsNothing, unasked } from './yes-or-no.ts';

/** A model's likeliest answer, and its confidence. */
const draftSchema = z.object({
  /** Mean of the natural log-probabilities of its tokens; -87 for an empty one. */
  meanLogProbability: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  /** Why it could not be asked. */
  refused: z.string().optional(),
});
export type Draft = Omit<z.infer<typeof draftSchema>, 'refused'>;

interface Asked {
  readonly model: TreeInput<ModelRef>;
  readonly maxTokens: number;
  /** Tokens. */
  readonly context: number;
  readonly parallel: number;
}

/**
 * Lets a model write its likeliest answer and returns its confidence; discards the text. Caches by prompt. A prompt
 * that does not fit fails alone. Throws `bad-input` at the port `model` if the model tells no probabilities.
 */
export async function drafts(
  ctx: RunContext,
  asks: readonly Ask[],
  asked: Asked,
): Promise<(Draft | ItemFailure)[]> {
  const { model, maxTokens, context } = asked;
  const keyOf = ({ system, prompt }: Ask): string =>
    JSON.stringify([model.digest, maxTokens, context, system, prompt]);
  const byKey = new Map(asks.map((ask) => [keyOf(ask), ask]));
  const memo = await ctx.memo('drafts', draftSchema, async (missing) => {
    const loaded = await loadedModel(ctx, asked);
    const rows = missing.flatMap((key) => byKey.get(key) ?? []);
    return Promise.all(
      workThrough(ctx, rows, {
        loaded,
        work: (row, signal) => draft(ctx, row, { loaded, maxTokens, signal }),
      }),
    );
  });
  const keys = [...byKey.keys()];
  for (let at = 0; at < keys.length; at += step) {
    ctx.signal.throwIfAborted();
    await memo.fill(keys.slice(at, at + step));
    ctx.progress({ done: Math.min(at + step, keys.length), total: keys.length, unit: 'drafts' });
  }
  return Promise.all(
    asks.map(async (ask) => {
      const { refused, ...drafted } = await memo.get(keyOf(ask));
      return refused === undefined ? drafted : unasked(`the question "${ask.id}"`, refused);
    }),
  );
}

/** Drafts stored at once. */
const step = 16;

interface Drafting {
  readonly loaded: LanguageModel;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

/** For a draft without tokens. */
const nothing = -87;

const greedy: Omit<GenerateRequest, 'system' | 'prompt' | 'maxTokens'> = {
  ...{ temperature: 0, topK: 1, topP: 1, minP: 0, repeatPenalty: 1, seed: 0, stop: [] },
};

async function draft(
  ctx: RunContext,
  { system, prompt }: Ask,
  { loaded, maxTokens, signal }: Drafting,
): Promise<z.infer<typeof draftSchema>> {
  const request = { ...greedy, system, prompt, maxTokens, likelihood: true } as const;
  let written: GenerateResult;
  try {
    written = await loaded.generate(request, { signal });
  } catch (error) {
    if (signal.aborted || !(error instanceof GraphError) || error.code !== 'bad-input') throw error;
    return {
      ...{ meanLogProbability: nothing, promptTokens: 0, completionTokens: 0 },
      refused: error.message,
    };
  }
  signal.throwIfAborted();
  const { logProbability, promptTokens, completionTokens } = written;
  if (logProbability === undefined) throw tellsNothing(ctx, loaded);
  const mean = completionTokens === 0 ? nothing : logProbability / completionTokens;
  // NaN means no confidence.
  const meanLogProbability = mean > nothing ? mean : nothing;
  return { meanLogProbability, promptTokens, completionTokens };
}
