import {
  GraphError,
  ItemFailure,
  type ModelRef,
  type ParamsOf,
  type QuestionHits,
  type RunContext,
  type TreeInput,
} from '@graft/graph';
import { tooSmall, fillPrompt } from '../kit/asking/ask-model.ts';
import { type Leaning, leanings, tellLeanings } from '../kit/asking/yes-or-no.ts';
import type { rerank } from './node.ts';

/** Steps that have logged how reliable their model is: a step may have many batches. */
const reported = new WeakSet<RunContext>();

/** Scores the hits of a batch by how far a language model leans to yes for each, from 0 to 1. */
export async function leaningScorer(
  ctx: RunContext,
  batch: readonly QuestionHits[],
  {
    model,
    params,
  }: {
    readonly model: TreeInput<ModelRef> | undefined;
    readonly params: ParamsOf<typeof rerank>;
  },
): Promise<(row: QuestionHits) => Promise<number[] | ItemFailure>> {
  if (model === undefined) {
    throw new GraphError(
      'missing-input',
      'No model is connected. Connect a Base model, or choose a method without one.',
      { location: { node: ctx.node, port: 'model' } },
    );
  }
  const asks = batch.map(({ question, hits }) =>
    hits.map(({ chunk }) => ({
      about: `the chunk "${chunk.id}" and the question "${question.id}"`,
      system: '',
      prompt: fillPrompt(params.prompt, { question: question.question, passage: chunk.text }),
    })),
  );
  const all = await leanings(ctx, asks.flat(), { ...params, model });
  tell(ctx, model.info, all);
  const byRow = new Map<QuestionHits, number[] | ItemFailure>();
  let at = 0;
  for (const row of batch) {
    const own = all.slice(at, at + row.hits.length);
    at += own.length;
    const scores = own.flatMap((result) => (result instanceof ItemFailure ? [] : result.yes));
    byRow.set(row, own.find((result) => result instanceof ItemFailure) ?? scores);
  }
  return (row) => Promise.resolve(byRow.get(row) ?? []);
}

function tell(ctx: RunContext, model: ModelRef, all: readonly (Leaning | ItemFailure)[]): void {
  if (reported.has(ctx) || all.length === 0) return;
  reported.add(ctx);
  tellLeanings(ctx, all);
  const small = tooSmall(ctx, model);
  if (small !== undefined) {
    ctx.log(
      'warning',
      `"${model.id}" is ${small}. Below a billion parameters, a model hardly knows which chunks help. Check the result with Score hits.`,
    );
  }
}
