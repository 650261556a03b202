import {
  GraphError,
  ItemFailure,
  type LanguageModel,
  type ModelRef,
  type RunContext,
  type TreeInput,
} from '@graft/graph';
import { z } from 'zod';
import { loadedModel, workThrough } from './ask-model.ts';

/** A yes–no question. */
export interface YesOrNo {
  /** For messages, such as `the question "a"`. */
  readonly about: string;
  readonly system: string;
  readonly prompt: string;
}

/** A model's inclination. */
export interface Leaning {
  /** Share of yes in the probability of yes and no, from 0 to 1. */
  readonly yes: number;
  /** Probability that the model would begin with either of the two. */
  readonly either: number;
  /** Tokens read. */
  readonly tokens: number;
}

/** Log-probabilities that differ by less than this differ only by rounding. */
const least = -500;
const unread = { yes: 0, either: 0, tokens: 0 };
const words = ['Yes', 'yes', 'No', 'no'] as const;
const leaningSchema = z.object({
  yes: z.number(),
  either: z.number(),
  tokens: z.number(),
  /** Why the model could not be asked. */
  refused: z.string().optional(),
});

interface Asked {
  readonly model: TreeInput<ModelRef>;
  /** Tokens. */
  readonly context: number;
  readonly parallel: number;
}

/**
 * How far a model leans to yes, in the order of the questions: uses the log-probabilities of its first token, without
 * writing. Caches them by prompt. A prompt that does not fit fails alone. Throws `bad-input` at the port `model` if the
 * model tells no probabilities.
 */
export async function leanings(
  ctx: RunContext,
  asks: readonly YesOrNo[],
  asked: Asked,
): Promise<(Leaning | ItemFailure)[]> {
  const { model, context } = asked;
  const keyOf = ({ system, prompt }: YesOrNo): string =>
    JSON.stringify([model.digest, context, system, prompt]);
  const byKey = new Map(asks.map((ask) => [keyOf(ask), ask]));
  // Sorts prompts with a common beginning next to each other, so that the model reads it once.
  const keys = [...byKey.keys()].sort();
  const memo = await ctx.memo('leanings', leaningSchema, async (missing) => {
    const loaded = await loadedModel(ctx, asked);
    const rows = missing.flatMap((key) => byKey.get(key) ?? []);
    return Promise.all(
      workThrough(ctx, rows, { loaded, work: (row, signal) => lean(ctx, row, { loaded, signal }) }),
    );
  });
  let done = 0;
  const step = 32;
  for (let at = 0; at < keys.length; at += step) {
    ctx.signal.throwIfAborted();
    const next = keys.slice(at, at + step);
    await memo.fill(next);
    done += next.length;
    ctx.progress({ done, total: keys.length, unit: 'verdicts' });
  }
  return Promise.all(asks.map(async (ask) => accepted(ask, await memo.get(keyOf(ask)))));
}

/** Warns if the model would rarely have answered yes or no at all. */
export function tellLeanings(
  ctx: RunContext,
  all: readonly (Pick<Leaning, 'either'> | ItemFailure)[],
): void {
  const shares = all.flatMap((result) => (result instanceof ItemFailure ? [] : result.either));
  if (shares.length === 0) return;
  const either = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  if (either < 0.5) {
    ctx.log(
      'warning',
      `The model rarely wants to reply yes or no: together they have a probability of ${(either * 100).toFixed(0)} % on average. Ask only for yes or no in the prompt, or connect a larger model.`,
    );
  }
}

function accepted(
  { about }: YesOrNo,
  { refused, ...leaning }: z.infer<typeof leaningSchema>,
): Leaning | ItemFailure {
  return refused === undefined ? leaning : unasked(about, refused);
}

/** Questions that the model could not be asked, and why. */
export function unasked(about: string, why: string): ItemFailure {
  return new ItemFailure(`The model cannot be asked about ${about}: ${why.replace(/\.$/, '')}.`);
}

/** Warns how many the model could not be asked, such as `hits`, and what happens to them. */
export function tellUnasked(
  ctx: RunContext,
  all: readonly unknown[],
  { what, then }: { readonly what: string; readonly then: string },
): void {
  const failures = all.filter((result) => result instanceof ItemFailure);
  const [first] = failures;
  if (first === undefined) return;
  ctx.log(
    'warning',
    `The model could not judge ${failures.length} of ${all.length} ${what}; they ${then}. The first: ${first.message}`,
  );
}

/** Error for a model that tells no probabilities. */
export function tellsNothing(ctx: RunContext, { model }: LanguageModel): GraphError {
  return new GraphError(
    'bad-input',
    `"${model}" does not report the probabilities of its words. Connect a Base model.`,
    { location: { node: ctx.node, port: 'model' } },
  );
}

async function lean(
  ctx: RunContext,
  { system, prompt }: YesOrNo,
  { loaded, signal }: { readonly loaded: LanguageModel; readonly signal: AbortSignal },
): Promise<z.infer<typeof leaningSchema>> {
  if (loaded.likelihoods === undefined) throw tellsNothing(ctx, loaded);
  try {
    const { likelihoods, promptTokens } = await loaded.likelihoods(
      { system, prompt, choices: words },
      { signal },
    );
    const logs = likelihoods.map(({ logProbability }) => logProbability);
    // Relative to the likeliest, because all may underflow.
    const most = Math.max(...logs);
    const scale = most < least ? most : 0;
    const [upperYes = 0, lowerYes = 0, upperNo = 0, lowerNo = 0] = logs.map((log) =>
      Math.exp(log - scale),
    );
    const yes = upperYes + lowerYes;
    const either = yes + upperNo + lowerNo;
    if (!(either > 0)) return { ...unread, refused: 'it gives both yes and no a probability of 0' };
    return { yes: yes / either, either: either * Math.exp(scale), tokens: promptTokens };
  } catch (error) {
    if (signal.aborted || !(error instanceof GraphError) || error.code !== 'bad-input') throw error;
    return { ...unread, refused: error.message };
  }
}
