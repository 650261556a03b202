import {
  type EncoderTokenizer,
  GraphError,
  implement,
  type Question,
  type RunContext,
  searchedText,
  type TextPair,
} from '@graft/graph';
import { checkSplit, splitOf } from '../kit/training/dataset-split.ts';
import { pairQuestions, type QuestionPassages } from '../kit/training/question-passages.ts';
import {
  count,
  hooksOf,
  reportBase,
  reportChoice,
  summaryOf,
} from '../kit/training/training-report.ts';
import { trainEmbedder } from './node.ts';
import { trainMap } from './query-adapter.ts';

export const run = implement(trainEmbedder, async (ctx, { questions, chunks }, params) => {
  const { model, method, rank, alpha, targets, negatives, maxLength, evalShare, ...settings } =
    params;
  const base = ctx.models.facts(model);
  if (base.kind !== 'embedder') {
    throw new GraphError(
      'bad-model',
      `"${base.id}" is not an embedder (kind: ${base.kind}). Choose an embedder.`,
      {
        location: { node: ctx.node, param: 'model' },
      },
    );
  }
  const paired = pairQuestions(await questions.all(), await chunks.all(), negatives);
  reportPairs(ctx, paired, negatives);
  const { train, eval: evaluation } = splitPairs(paired.pairs, { evalShare, seed: params.seed });
  const rows = { train: train.length, evaluation: evaluation.length };
  checkSplit(
    ctx,
    { train: rows.train, eval: rows.evaluation },
    { evalShare, more: 'add questions' },
  );
  checkPairs(ctx, train, params.batch);
  const [checkpoints, folder] = await Promise.all([ctx.checkpoints(), ctx.scratch()]);
  const steps = {
    ...settings,
    ...{ device: ctx.device, checkpoints, folder, memory: await ctx.room() },
  };
  if (method === 'query-adapter') {
    const result = await trainMap(ctx, { base, train, evaluation, settings: steps }, hooksOf(ctx));
    const { trainable, embedder, metrics } = result;
    ctx.log(
      'info',
      `Trained a map of ${trainable.toLocaleString('en')} numbers for the vectors of questions. ${base.id} and indexes made with it stay unchanged.`,
    );
    reportChoice(ctx, metrics, rows);
    const total = base.parameters === undefined ? {} : { total: base.parameters + trainable };
    const summary = summaryOf({ metrics, trainable, ...total }, rows);
    return { embedder: { path: folder, info: embedder }, metrics: [...metrics, summary] };
  }
  const tokenizer = await ctx.backends.encoderTokenizer(model);
  const tokens = (pairs: readonly QuestionPassages[]): TextPair[] =>
    tokensOf(tokenizer, pairs, maxLength);
  const training = await ctx.backends.training();
  const lora = { kind: 'lora', rank, alpha, targets, rankStabilized: false } as const;
  const result = await training.trainEmbedder(
    {
      ...steps,
      model: { id: base.id, digest: base.digest },
      method: method === 'lora' ? lora : { kind: 'full' },
      ...{ train: tokens(train), evaluation: tokens(evaluation) },
    },
    hooksOf(ctx),
  );
  reportBase(ctx, result, { param: 'model' });
  reportChoice(ctx, result.metrics, rows);
  return {
    embedder: { path: folder, info: result.embedder },
    metrics: [...result.metrics, summaryOf(result, rows)],
  };
});

/** Paraphrases of a question stay in its split. */
function splitPairs(
  pairs: readonly QuestionPassages[],
  how: { readonly evalShare: number; readonly seed: number },
): Record<'train' | 'eval', QuestionPassages[]> {
  const texts = new Map(pairs.map(({ question }) => [question.id, question.question]));
  const split: Record<'train' | 'eval', QuestionPassages[]> = { train: [], eval: [] };
  for (const pair of pairs) {
    const { question, paraphraseOf } = pair.question;
    const original = paraphraseOf === undefined ? question : (texts.get(paraphraseOf) ?? question);
    split[splitOf(original, how)].push(pair);
  }
  return split;
}

function tokensOf(
  tokenizer: EncoderTokenizer,
  pairs: readonly QuestionPassages[],
  maxLength: number,
): TextPair[] {
  const encode = (texts: readonly string[]): (readonly number[])[] =>
    tokenizer.encode(texts, { most: maxLength }).map(({ ids }) => ids);
  const questions = encode(pairs.map(({ question }) => question.question));
  const passages = encode(
    pairs.flatMap(({ passage, negatives }) => [passage, ...negatives].map(searchedText)),
  );
  let next = 0;
  return pairs.map(({ negatives }, at) => {
    const [passage = [], ...others] = passages.slice(next, (next += 1 + negatives.length));
    return { question: questions[at] ?? [], passage, negatives: others };
  });
}

function reportPairs(
  ctx: RunContext,
  { pairs, unnamed, lost }: ReturnType<typeof pairQuestions>,
  negatives: number,
): void {
  if (pairs.length === 0) {
    throw new GraphError(
      'bad-input',
      unnamed.length > 0
        ? `None of ${count(unnamed.length, 'question')} names the documents that hold its answer. Add "documents" to the questions, or let Make dataset write them.`
        : lost.length > 0
          ? `No chunk comes from the documents that the questions name, such as ${named(lost)}. Connect the chunks of those documents.`
          : 'No questions with an answer arrived. Connect questions to train on.',
      { location: { node: ctx.node, port: lost.length > 0 ? 'chunks' : 'questions' } },
    );
  }
  const mined = pairs.reduce((sum, pair) => sum + pair.negatives.length, 0);
  ctx.log(
    'info',
    `${count(pairs.length, 'pair')} of a question and its passage${negatives > 0 ? `, with ${count(mined, 'hard negative')}` : ''}.`,
  );
  if (unnamed.length > 0) {
    ctx.log(
      'warning',
      `Left out ${count(unnamed.length, 'question')} without a document that holds the answer.`,
    );
  }
  if (lost.length > 0) {
    ctx.log(
      'warning',
      `Left out ${count(lost.length, 'question')}: the documents that they name, such as ${named(lost)}, have no chunks.`,
    );
  }
}

function named([first]: readonly Question[]): string {
  return first?.documents?.[0] ?? '';
}

/**
 * Refuses training pairs that all ask the same and have no hard negatives: the loss would be 0 from the first step.
 * Warns of blank questions, and of a batch larger than the number of pairs.
 */
export function checkPairs(
  ctx: Pick<RunContext, 'log' | 'node'>,
  pairs: readonly QuestionPassages[],
  batch: number,
): void {
  const asked = pairs.map(({ question }) => question.question.trim());
  if (pairs.length > 1 && pairs.every((pair) => isAlone(pair, asked[0]))) {
    throw new GraphError(
      'bad-input',
      `${asked[0] === '' ? 'All questions are blank' : 'All pairs ask the same question'} and have no hard negatives, so there is nothing to learn. Add different questions, or raise the hard negatives.`,
      { location: { node: ctx.node, port: 'questions' } },
    );
  }
  const blank = asked.filter((question) => question === '').length;
  if (blank > 0) {
    ctx.log(
      'warning',
      `${count(blank, 'question')} for training ${blank === 1 ? 'is' : 'are'} blank. Remove blank questions.`,
    );
  }
  if (batch > pairs.length) {
    ctx.log(
      'warning',
      `The batch of ${String(batch)} is larger than the ${count(pairs.length, 'pair')} for training, so each step takes all of them.`,
    );
  }
}

function isAlone({ question, negatives }: QuestionPassages, asked: string | undefined): boolean {
  return negatives.length === 0 && question.question.trim() === asked;
}
