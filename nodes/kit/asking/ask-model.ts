import { setMaxListeners } from 'node:events';
import {
  type GenerateRequest,
  type GenerateResult,
  GraphError,
  ItemFailure,
  type LanguageModel,
  type ModelEncoding,
  type ModelRef,
  modelSource,
  plural,
  type RunContext,
  type TreeInput,
  type WeightedAdapter,
} from '@graft/graph';

/** A prompt for a model, on its own. */
export interface Ask {
  /** Id of the item, for messages and progress. */
  readonly id: string;
  /** Empty: none. */
  readonly system: string;
  readonly prompt: string;
}

export interface AskedModel {
  readonly model: TreeInput<ModelRef>;
  /** The input port of the model; default `model`. */
  readonly port?: string;
  readonly adapters?: readonly WeightedAdapter[];
  readonly sampling: Omit<GenerateRequest, 'system' | 'prompt'>;
  /** Tokens of prompt and answer together. */
  readonly context: number;
  /** For a local model; default `fastest`. */
  readonly encoding?: ModelEncoding;
  /** Concurrent prompts to a local model; a remote one states its own number. */
  readonly parallel: number;
}

/** Upper estimate of the tokens that a chat template adds around system prompt and prompt. */
const templateTokens = 32;

/**
 * Asks a model of an input, local or remote, for an answer to each prompt, in its chat format, streaming. Answers come
 * in the order of the prompts; place prompts with a common beginning next to each other. A prompt that cannot be
 * answered fails alone; a fault that concerns all, such as an unreachable server, is thrown.
 */
export async function askModel(
  ctx: RunContext,
  asks: readonly Ask[],
  asked: AskedModel,
): Promise<(GenerateResult | ItemFailure)[]> {
  return Promise.all(await askEach(ctx, asks, asked));
}

/** The same, each answer as it arrives. If one throws, the pending ones are rejected with the same error. */
export async function askEach(
  ctx: RunContext,
  asks: readonly Ask[],
  asked: AskedModel,
): Promise<Promise<GenerateResult | ItemFailure>[]> {
  const loaded = await loadedModel(ctx, asked);
  return workThrough(ctx, asks, {
    loaded,
    work: (ask, signal) => answer(ctx, ask, { loaded, asked, signal }),
  });
}

/** The language model of an input, with the settings to ask it. */
export async function loadedModel(
  ctx: RunContext,
  asked: Omit<AskedModel, 'sampling'>,
): Promise<LanguageModel> {
  const { model, port = 'model', context, parallel, encoding, adapters } = asked;
  const loaded = await ctx.backends.languageModel(modelSource(model, ctx.inputFacets[port]), {
    ...{ contextLength: context, parallel },
    ...(encoding === undefined ? {} : { encoding }),
    ...(adapters === undefined ? {} : { adapters }),
  });
  tellForm(ctx, loaded);
  return loaded;
}

interface Work<Row, Result> {
  readonly loaded: LanguageModel;
  readonly work: (row: Row, signal: AbortSignal) => Promise<Result>;
}

/** Processes rows, as many at once as the model takes; if `work` throws, all ends. */
export function workThrough<Row, Result>(
  ctx: RunContext,
  rows: readonly Row[],
  { loaded, work }: Work<Row, Result>,
): Promise<Result>[] {
  const failed = new AbortController();
  const signal = AbortSignal.any([ctx.signal, failed.signal]);
  // Every waiting prompt listens.
  setMaxListeners(0, signal);
  const answers = rows.map(() => new Answering<Result>());
  const neighbours = new Neighbours(rows, Math.min(loaded.parallel, rows.length));
  const workers = Array.from(neighbours.parts, async (_, part): Promise<void> => {
    for (let next = neighbours.take(part); next !== undefined; next = neighbours.take(part)) {
      signal.throwIfAborted();
      answers[next.at]?.resolve(await work(next.row, signal));
    }
  });
  void Promise.all(workers).catch(async (error: unknown) => {
    // The others would go on writing unwanted answers.
    failed.abort();
    await Promise.allSettled(workers);
    for (const each of answers) each.reject(error);
  });
  return answers.map(({ promise }) => promise);
}

/** A promise of an answer whose rejection nobody need handle. */
class Answering<Result> {
  resolve: (result: Result) => void = () => undefined;
  reject: (error: unknown) => void = () => undefined;
  readonly promise = new Promise<Result>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.promise.catch(() => undefined);
  }
}

interface Task {
  readonly loaded: LanguageModel;
  readonly asked: AskedModel;
  readonly signal: AbortSignal;
}

async function answer(
  ctx: RunContext,
  { id, system, prompt }: Ask,
  { loaded, asked: { sampling, context }, signal }: Task,
): Promise<GenerateResult | ItemFailure> {
  const tokens = loaded.countTokens(system) + loaded.countTokens(prompt) + templateTokens;
  if (tokens + sampling.maxTokens > context) {
    return new ItemFailure(
      `The prompt of "${id}" has about ${tokens} tokens and does not fit the context of ${context} tokens with an answer of ${sampling.maxTokens}. Raise the context, or lower the budget of the prompt.`,
    );
  }
  try {
    const result = await loaded.generate(
      { ...sampling, system, prompt },
      {
        signal,
        onText: (text) => {
          ctx.token(id, text);
        },
        onDelay: (why) => {
          ctx.log('info', why, id);
        },
      },
    );
    signal.throwIfAborted();
    count(ctx, result);
    return result;
  } catch (error) {
    if (signal.aborted || !(error instanceof GraphError) || error.code !== 'bad-input') throw error;
    return new ItemFailure(error.message);
  }
}

/** Steps that have logged their model's encoding: a step may have many batches. */
const reported = new WeakSet<RunContext>();

function tellForm(ctx: RunContext, { model, readAs }: LanguageModel): void {
  if (readAs === undefined || reported.has(ctx)) return;
  reported.add(ctx);
  ctx.log('info', `Graft reads the model ${model} as ${readAs}.`);
}

interface Counted {
  readonly prompt: number;
  readonly reused: number;
  /** Answers with estimated token counts. */
  readonly guessed: number;
}

/** Prompt tokens of a step's answers, and those of them that were not read again. */
const counted = new WeakMap<RunContext, Counted>();

function countOf(ctx: RunContext): Counted {
  return counted.get(ctx) ?? { prompt: 0, reused: 0, guessed: 0 };
}

function count(ctx: RunContext, result: GenerateResult): void {
  const { prompt, reused, guessed } = countOf(ctx);
  counted.set(ctx, {
    prompt: prompt + result.promptTokens,
    reused: reused + result.reusedTokens,
    guessed: guessed + (result.guessedTokens === true ? 1 : 0),
  });
}

/** Logs at the end of a step how many prompt tokens were not read again, and how many answers have estimated counts. */
export function tellTokens(ctx: RunContext): void {
  const { prompt, reused, guessed } = countOf(ctx);
  if (reused > 0) {
    ctx.log(
      'info',
      `The prompts have ${plural(prompt, 'token')} in all. The model read ${(prompt - reused).toLocaleString('en')} of them; the other ${reused.toLocaleString('en')} are shared beginnings, which it reads once.`,
    );
  }
  if (guessed > 0) {
    ctx.log(
      'warning',
      `The server does not report token counts, so Graft estimates them from the text for ${plural(guessed, 'answer')}.`,
    );
  }
}

/**
 * Splits rows, in order, into parts for workers. Each works through its part from the beginning, so that what a row
 * shares with the previous one is still loaded, and then helps with the end of the longest part.
 */
class Neighbours<Row> {
  readonly parts: readonly { readonly at: number; readonly row: Row }[][];

  constructor(rows: readonly Row[], workers: number) {
    const placed = rows.map((row, at) => ({ at, row }));
    this.parts = Array.from({ length: workers }, (_, part) =>
      placed.slice(
        Math.round((part * rows.length) / workers),
        Math.round(((part + 1) * rows.length) / workers),
      ),
    );
  }

  /** The next row of a worker, and its index; undefined once all are taken. */
  take(part: number): { readonly at: number; readonly row: Row } | undefined {
    const own = this.parts[part]?.shift();
    if (own !== undefined) return own;
    return this.parts.toSorted((a, b) => b.length - a.length)[0]?.pop();
  }
}

/** Smaller models answer yes or no at random, and their questions miss the point. */
const leastParameters = 1e9;

/** `a model of 135 million parameters` if it is too small to judge or to ask; undefined if it is large enough or its size is unknown. */
export function tooSmall(ctx: RunContext, { id, weights, remote }: ModelRef): string | undefined {
  // Only the catalogue knows parameter counts: not for weights in an artifact or on a server.
  const isListed = weights === undefined && remote === undefined;
  const parameters = isListed ? ctx.models.facts(id).parameters : undefined;
  return parameters === undefined || parameters >= leastParameters
    ? undefined
    : `a model of ${Math.max(1, Math.round(parameters / 1e6))} million parameters`;
}

/** Replaces each `{name}` of a prompt by its value; a `{name}` within a value stays. */
export function fillPrompt(
  prompt: string,
  values: Readonly<Record<string, string | number>>,
): string {
  return prompt.replace(/\{(\w+)\}/g, (mark, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : mark,
  );
}
