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
    const waiting = batch.entries();
    const worker = async (): Promise<void> => {
      // One iterator for all workers: each takes the next prompt as soon as it is free.
      for (const [at, prompt] of waiting) {
        signal.throwIfAborted();
        results[at] = await answer(ctx, { loaded, prompt, params, signal });
      }
    };
    const workers = Array.from({ length: Math.min(params.parallel, batch.length) }, worker);
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
  return { ...result, text: result.text.trim() };
}
