import {
  type EncoderTokenizer,
  GraphError,
  implement,
  type RunContext,
  type TextList,
} from '@graft/graph';
import { checkSplit, splitOf } from '../kit/training/dataset-split.ts';
import {
  count,
  hooksOf,
  reportBase,
  reportChoice,
  summaryOf,
} from '../kit/training/training-report.ts';
import { trainReranker } from './node.ts';
import { type Mined, mineLists, type RankedList } from './ranked-lists.ts';

export const run = implement(trainReranker, async (ctx, { hits }, params) => {
  const { model, method, rank, alpha, negatives, maxLength, evalShare, ...settings } = params;
  const { id, digest, kind } = ctx.models.facts(model);
  if (kind !== 'embedder') {
    throw new GraphError(
      'bad-model',
      `"${id}" is not an embedder (kind: ${kind}). Choose an embedder.`,
      {
        location: { node: ctx.node, param: 'model' },
      },
    );
  }
  const mined = await mineLists(hits.rows(), { negatives, seed: params.seed });
  report(ctx, mined);
  const split: Record<'train' | 'eval', RankedList[]> = { train: [], eval: [] };
  for (const list of mined.lists) {
    split[splitOf(list.documents, { evalShare, seed: params.seed })].push(list);
  }
  const counts = { train: split.train.length, eval: split.eval.length };
  checkSplit(ctx, counts, { evalShare, more: 'add questions' });
  const tokenizer = await ctx.backends.encoderTokenizer(model);
  const [training, checkpoints, folder] = await Promise.all([
    ctx.backends.training(),
    ctx.checkpoints(),
    ctx.scratch(),
  ]);
  const targets = ['all-linear'];
  const lora = { kind: 'lora', rank, alpha, targets, rankStabilized: false } as const;
  const result = await training.trainReranker(
    {
      ...settings,
      ...{ model: { id, digest }, method: method === 'lora' ? lora : { kind: 'full' } },
      train: tokensOf(tokenizer, split.train, maxLength),
      evaluation: tokensOf(tokenizer, split.eval, maxLength),
      ...{ device: ctx.device, checkpoints, folder, memory: await ctx.room() },
    },
    hooksOf(ctx),
  );
  reportBase(ctx, result, { param: 'model' });
  reportChoice(ctx, result.metrics, { train: counts.train, evaluation: counts.eval });
  return {
    reranker: { path: folder, info: result.crossEncoder },
    metrics: [
      ...result.metrics,
      summaryOf(result, { train: counts.train, evaluation: counts.eval }),
    ],
  };
});

function tokensOf(
  tokenizer: EncoderTokenizer,
  lists: readonly RankedList[],
  most: number,
): TextList[] {
  return lists.map(({ question, passages }) =>
    tokenizer.encode(
      passages.map(() => question),
      { pairs: passages, most },
    ),
  );
}

function report(ctx: RunContext, { lists, unnamed, missed, alone }: Mined): void {
  if (lists.length === 0) {
    throw new GraphError(
      'bad-input',
      missed > 0
        ? `None of ${count(missed, 'question')} has a hit from the documents that hold its answer. Retrieve more hits, or check that the questions name documents of this index.`
        : alone > 0
          ? 'No question has a hit from a document without its answer, so there are no negatives. Retrieve more hits.'
          : 'No question names the documents that hold its answer. Add "documents" to the questions.',
      { location: { node: ctx.node, port: 'hits' } },
    );
  }
  const passages = lists.reduce((sum, list) => sum + list.passages.length - 1, 0);
  ctx.log(
    'info',
    `${count(lists.length, 'question')} with a right passage and ${count(passages, 'other')}.`,
  );
  const left = [
    [unnamed, 'name no document that holds the answer'],
    [missed, 'have no hit from the documents that they name'],
    [alone, 'have no hit from a document without the answer'],
  ] as const;
  for (const [number, why] of left) {
    if (number > 0) ctx.log('warning', `Left out ${count(number, 'question')} that ${why}.`);
  }
}
