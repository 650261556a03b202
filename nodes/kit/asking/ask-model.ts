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

/** What a model is asked, by itself. */
export interface Ask {
  /** The item that it belongs to, for messages and for whoever watches. */
  readonly id: string;
  /** Empty: none. */
  readonly system: string;
  readonly prompt: string;
}

export interface AskedModel {
  readonly model: TreeInput<ModelRef>;
  /** The input port that it came by; default `model`. */
  readonly port?: string;
  readonly adapters?: readonly WeightedAdapter[];
  readonly sampling: Omit<GenerateRequest, 'system' | 'prompt'>;
  /** Tokens of prompt and answer together. */
  readonly context: number;
  /** Of a local model; default `fastest`. */
  readonly encoding?: ModelEncoding;
  /** Asks at once of a local model; a remote one says itself how many it takes. */
  readonly parallel: number;
}

/** Tokens that a chat template adds around system prompt and prompt, generously. */
const templateTokens = 32;

/**
 * Has a model of an input, local or remote, write an answer to each, in its chat format, streaming. Answers come in the
 * order of the asks; those that begin alike are best neighbours. One that cannot be answered fails alone; what concerns all
 * of them, as a server that is gone, is thrown.
 */
export async function askModel(
  ctx: RunContext,
  asks: readonly Ask[],
  asked: AskedModel,
): Promise<(GenerateResult | ItemFailure)[]> {
  return Promise.all(await askEach(ctx, asks, asked));
}

/** The same, each answer as it comes. Those that are not there when one throws are rejected as that one is. */
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

/** The language model of an input, as it is asked. */
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

/** Works on rows, as many at once as the model takes; `work` that throws ends all of it. */
export function workThrough<Row, Result>(
  ctx: RunContext,
  rows: readonly Row[],
  { loaded, work }: Work<Row, Result>,
): Promise<Result>[] {
  const failed = new AbortController();
  const signal = AbortSignal.any([ctx.signal, failed.signal]);
  // Every ask that waits listens.
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
    // The others would go on writing answers that nobody waits for.
    failed.abort();
    await Promise.allSettled(workers);
    for (const each of answers) each.reject(error);
  });
  return answers.map(({ promise }) => promise);
}

/** An answer that may come, or not; nobody need wait for it. */
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

/** Steps whose log says what their model is read as: there may be many batches. */
const reported = new WeakSet<RunContext>();

function tellForm(ctx: RunContext, { model, readAs }: LanguageModel): void {
  if (readAs === undefined || reported.has(ctx)) return;
  reported.add(ctx);
  ctx.log('info', `Graft reads the model ${model} as ${readAs}.`);
}

interface Counted {
  readonly prompt: number;
  readonly reused: number;
  /** Answers whose tokens nobody counted. */
  readonly guessed: number;
}

/** Tokens of the prompts that a step has had answered, and those of them that were not read again. */
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

/** Says in the log of a step that has ended how much of its prompts was not read again, and what was not counted. */
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
      `The server does not report its tokens, so Graft estimates them from the text for ${plural(guessed, 'answer')}.`,
    );
  }
}

/**
 * Rows in their order, in parts for workers: each goes through a part of its own from the beginning, so that what a row
 * has in common with the one before is at hand, and then helps with the end of the longest.
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

  /** The next row of a worker, and its place; undefined when all are taken. */
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
