import {
  type Example,
  GraphError,
  type MetricRow,
  type ModelRef,
  modelSource,
  type RowsInput,
  type RunContext,
  type TrainingMethod,
  type TrainingResult,
  type TreeInput,
} from '@graft/graph';
import { onnxRefused, type TrainingParams } from './definition.ts';
import { LeakFinder } from './leaks.ts';
import { type TokenizedExamples, tokenizeExamples } from './tokenize-examples.ts';
import { count, hooksOf, reportBase, reportChoice, summaryOf } from './training-report.ts';

export interface TrainingTask {
  readonly model: TreeInput<ModelRef>;
  readonly dataset: RowsInput<Example>;
  readonly method: TrainingMethod;
  readonly params: TrainingParams;
}

export interface TrainingOutcome {
  readonly result: TrainingResult;
  /** Result of a training: an adapter's files, or a model's. */
  readonly folder: string;
  /** The curves and, last, a `summary` row. */
  readonly metrics: MetricRow[];
}

/**
 * Tokenizes a dataset, trains on it and reports the result. Resumes from earlier checkpoints. Throws `bad-input` for
 * unusable rows, and what `Training.train` throws.
 */
export async function runTrainingTask(
  ctx: RunContext,
  { model, dataset, method, params }: TrainingTask,
): Promise<TrainingOutcome> {
  if (model.info.format === 'onnx') {
    throw new GraphError('bad-model', onnxRefused(model.info.id), {
      location: { node: ctx.node, port: 'model' },
    });
  }
  const source = modelSource(model);
  const examples = await tokenized(ctx, {
    tokenizer: await ctx.backends.tokenizer(source),
    dataset,
    params,
  });
  const [training, checkpoints, folder] = await Promise.all([
    ctx.backends.training(),
    ctx.checkpoints(),
    ctx.scratch(),
  ]);
  const { onLong: _onLong, ...settings } = params;
  const result = await training.train(
    {
      ...settings,
      ...{ model: source, method, device: ctx.device, checkpoints, folder },
      ...{ train: examples.train, evaluation: examples.evaluation },
      // Claiming the planned memory unloads idle models.
      memory: await ctx.room(),
    },
    hooksOf(ctx),
  );
  reportBase(ctx, result, { port: 'model' });
  const rows = { train: examples.train.length, evaluation: examples.evaluation.length };
  reportChoice(ctx, result.metrics, rows);
  return { result, folder, metrics: [...result.metrics, summaryOf(result, rows)] };
}

interface Tokenizing extends Pick<TrainingTask, 'dataset' | 'params'> {
  readonly tokenizer: Awaited<ReturnType<RunContext['backends']['tokenizer']>>;
}

async function tokenized(
  ctx: RunContext,
  { tokenizer, dataset, params }: Tokenizing,
): Promise<TokenizedExamples> {
  const { maxLength, onLong } = params;
  const location = { node: ctx.node, port: 'dataset' };
  const leaks = new LeakFinder();
  const rows = noted(watched(ctx, dataset, 'tokenizing'), leaks);
  const examples = await tokenizeExamples(tokenizer, rows, {
    ...{ maxLength, onLong, location, signal: ctx.signal },
  });
  const { train, evaluation, truncated } = examples;
  if (train.length === 0) {
    throw new GraphError(
      'bad-input',
      'The dataset keeps all its rows for evaluation, which leaves none for training. Lower the share for evaluation in the node that makes the dataset, or add rows.',
      { location },
    );
  }
  const tokens = train.reduce((sum, row) => sum + row.tokens.length, 0);
  ctx.log(
    'info',
    `${count(train.length, 'row')} for training with ${count(tokens, 'token')}, ${trainedTokens(examples).toLocaleString('en')} of them trained. ${count(evaluation.length, 'row')} for evaluation.`,
  );
  if (truncated > 0) {
    ctx.log('warning', `${count(truncated, 'row')} cut to ${maxLength} tokens.`);
  }
  await tellLeaks(ctx, dataset, leaks);
  return examples;
}

async function tellLeaks(
  ctx: RunContext,
  dataset: RowsInput<Example>,
  leaks: LeakFinder,
): Promise<void> {
  if (leaks.left > 0) {
    ctx.log(
      'warning',
      `To save memory, Graft did not check whether the training rows contain the last ${count(leaks.left, 'row')} kept for evaluation. Keep fewer rows for evaluation.`,
    );
  }
  if (leaks.rows === 0) return;
  for await (const row of watched(ctx, dataset, 'looking for leaks')) leaks.compare(row);
  const found = leaks.found();
  const [first] = found;
  if (first === undefined) return;
  const how = first.exact ? 'equals' : 'nearly equals';
  ctx.log(
    'warning',
    `${count(found.length, 'row')} of the ${(leaks.rows + leaks.left).toLocaleString('en')} kept for evaluation ${found.length === 1 ? 'is' : 'are'} also in the training rows, so the evaluation loss looks too good: ${first.id} ${how} ${first.as}. Remove such rows from one side.`,
  );
}

/** The rows of a dataset, reporting progress. */
async function* watched(
  ctx: RunContext,
  dataset: RowsInput<Example>,
  message: string,
): AsyncGenerator<Example> {
  let done = 0;
  for await (const row of dataset.rows()) {
    ctx.signal.throwIfAborted();
    done += 1;
    if (done % 500 === 0) {
      ctx.progress({ done, total: dataset.count, unit: 'rows', message });
    }
    yield row;
  }
}

async function* noted(rows: AsyncIterable<Example>, leaks: LeakFinder): AsyncGenerator<Example> {
  for await (const row of rows) {
    leaks.note(row);
    yield row;
  }
}

function trainedTokens({ train }: TokenizedExamples): number {
  return train.reduce((sum, { trained }) => sum + trained.filter((flag) => flag === 1).length, 0);
}
