import {
  type Answer,
  implementItems,
  ItemFailure,
  type LanguageModel,
  modelSource,
  type ParamsOf,
  type Prompt,
  type RunContext,
} from '@graft/graph';
import { weightedAdapters } from '../kit/training/weighted-adapters.ts';
import { cite } from './cite.ts';
import { Neighbours } from './neighbours.ts';
import { generate } from './node.ts';

/** What the model wrote; citations follow from it and the prompt, whose passages may have moved. */
type Written = Pick<Answer, 'text' | 'promptTokens' | 'completionTokens' | 'finishReason'>;

/** Tokens that a chat template adds around system prompt and prompt, generously. */
const templateTokens = 32;

export const run = implementItems(generate, {
  async runItems(
    ctx,
    batch,
    { model, adapters },
    params,
  ): Promise<readonly (Written | ItemFailure)[]> {
    const loaded = await ctx.backends.languageModel(modelSource(model), {
      contextLength: params.context,
      ...{ parallel: params.parallel, encoding: params.encoding },
      adapters: weightedAdapters(adapters, params.adapterWeights, {
        ...{ node: ctx.node, model: model.info },
      }),
    });
    tellForm(ctx, loaded);
    const failed = new AbortController();
    const signal = AbortSignal.any([ctx.signal, failed.signal]);
    const results: (Written | ItemFailure)[] = [];
    const neighbours = new Neighbours(batch, Math.min(loaded.parallel, batch.length));
    const workers = Array.from(neighbours.parts, async (_, part): Promise<void> => {
      for (let next = neighbours.take(part); next !== undefined; next = neighbours.take(part)) {
        signal.throwIfAborted();
        results[next.at] = await answer(ctx, { loaded, prompt: next.row, params, signal });
      }
    });
    try {
      await Promise.all(workers);
    } catch (error) {
      // The others would go on writing answers that nobody waits for.
      failed.abort();
      await Promise.allSettled(workers);
      throw error;
    }
    return results;
  },
  finish(ctx) {
    const { prompt, reused } = tokens.get(ctx) ?? { prompt: 0, reused: 0 };
    if (reused === 0) return;
    ctx.log(
      'info',
      `Of ${String(prompt)} tokens of prompts ${String(prompt - reused)} were read: the others stand at the beginning of prompts that begin alike.`,
    );
  },
  *expand(prompt, written) {
    const citations = cite(written.text, prompt);
    yield { id: prompt.id, question: prompt.question, ...written, citations };
  },
});

/** Steps whose log says what their model is read as: there may be many batches. */
const told = new WeakSet<RunContext>();

function tellForm(ctx: RunContext, { model, readAs }: LanguageModel): void {
  if (readAs === undefined || told.has(ctx)) return;
  told.add(ctx);
  ctx.log('info', `Reads ${model} as ${readAs}.`);
}

/** Tokens of the prompts that a step has answered, and those of them that were not read again. */
const tokens = new WeakMap<RunContext, { readonly prompt: number; readonly reused: number }>();

function count(ctx: RunContext, more: { readonly prompt: number; readonly reused: number }): void {
  const { prompt, reused } = tokens.get(ctx) ?? { prompt: 0, reused: 0 };
  tokens.set(ctx, { prompt: prompt + more.prompt, reused: reused + more.reused });
}

interface Task {
  readonly loaded: LanguageModel;
  readonly prompt: Prompt;
  readonly params: ParamsOf<typeof generate>;
  readonly signal: AbortSignal;
}

async function answer(
  ctx: RunContext,
  { loaded, prompt, params, signal }: Task,
): Promise<Written | ItemFailure> {
  const { system, maxTokens, temperature, topK, topP, minP, repeatPenalty, seed, stop, context } =
    params;
  const tokens = loaded.countTokens(system) + loaded.countTokens(prompt.text) + templateTokens;
  if (tokens + maxTokens > context) {
    return new ItemFailure(
      `The prompt of "${prompt.id}" has about ${tokens} tokens; with an answer of ${maxTokens} it does not fit the context of ${context}. Raise the context, or lower the budget of the prompt.`,
    );
  }
  const result = await loaded.generate(
    {
      ...{ system, prompt: prompt.text, maxTokens },
      ...{ temperature, topK, topP, minP, repeatPenalty, seed, stop },
    },
    { signal, onText: (text) => ctx.token(prompt.id, text) },
  );
  signal.throwIfAborted();
  const { reusedTokens, ...written } = result;
  count(ctx, { prompt: written.promptTokens, reused: reusedTokens });
  return { ...written, text: written.text.trim() };
}
