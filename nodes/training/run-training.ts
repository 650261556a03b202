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
import { type TokenizedExamples, tokenizeExamples } from './tokenize-examples.ts';

export interface TrainingJob {
  readonly model: TreeInput<ModelRef>;
  readonly dataset: RowsInput<Example>;
  readonly method: TrainingMethod;
  readonly params: TrainingParams;
}

export interface TrainingOutcome {
  readonly result: TrainingResult;
  /** What training wrote: an adapter's files, or a model's. */
  readonly folder: string;
  /** The curves and, last, a row `summary`. */
  readonly metrics: MetricRow[];
}

/**
 * Tokenizes a dataset, trains on it, and says what was trained. Goes on from the checkpoints of an attempt before.
 * Throws `bad-input` for rows that cannot be trained on, and what `Training.train` throws.
 */
export async function runTraining(
  ctx: RunContext,
  { model, dataset, method, params }: TrainingJob,
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
    },
    {
      signal: ctx.signal,
      metrics: (row) => ctx.metrics(row),
      log: (level, message) => ctx.log(level, message),
      progress: (progress) => ctx.progress(progress),
    },
  );
  reportBase(ctx, result);
  const summary = summaryOf(result, examples);
  return { result, folder, metrics: [...result.metrics, summary] };
}

interface Tokenizing extends Pick<TrainingJob, 'dataset' | 'params'> {
  readonly tokenizer: Awaited<ReturnType<RunContext['backends']['tokenizer']>>;
}

async function tokenized(
  ctx: RunContext,
  { tokenizer, dataset, params }: Tokenizing,
): Promise<TokenizedExamples> {
  const { maxLength, onLong } = params;
  const location = { node: ctx.node, port: 'dataset' };
  const examples = await tokenizeExamples(tokenizer, watched(ctx, dataset), {
    ...{ maxLength, onLong, location, signal: ctx.signal },
  });
  const { train, evaluation, truncated } = examples;
  if (train.length === 0) {
    throw new GraphError(
      'bad-input',
      'The dataset has no rows to train on: all of them are kept for evaluation. Lower the evaluation share of load-dataset, or add rows.',
      { location },
    );
  }
  const tokens = train.reduce((sum, row) => sum + row.tokens.length, 0);
  ctx.log(
    'info',
    `${count(train.length, 'row')} to train on with ${count(tokens, 'token')}, ${trainedTokens(examples).toLocaleString('en')} of them trained; ${count(evaluation.length, 'row')} to evaluate with.`,
  );
  if (truncated > 0) {
    ctx.log('warning', `${count(truncated, 'row')} cut to ${maxLength} tokens.`);
  }
  return examples;
}

/** The rows of a dataset, with progress as they are read. */
async function* watched(ctx: RunContext, dataset: RowsInput<Example>): AsyncGenerator<Example> {
  let done = 0;
  for await (const row of dataset.rows()) {
    done += 1;
    if (done % 500 === 0) {
      ctx.progress({ done, total: dataset.count, unit: 'rows', message: 'tokenizing' });
    }
    yield row;
  }
}

function reportBase(ctx: RunContext, result: TrainingResult): void {
  const { trainable, total, baseBefore, baseAfter } = result;
  ctx.log(
    'info',
    `Trained ${trainable.toLocaleString('en')} of ${total.toLocaleString('en')} numbers, ${((trainable / total) * 100).toFixed(2)} per cent.`,
  );
  if (baseBefore !== baseAfter) {
    throw new GraphError(
      'bad-model',
      `The weights of the base changed while it was trained on: their sha256 was ${baseBefore}, and is ${baseAfter} now. Find what writes to the file, and run again.`,
      { location: { node: ctx.node, port: 'model' }, audience: 'operator' },
    );
  }
  ctx.log('info', `The base is as it was: sha256 ${baseBefore} before and after.`);
}

/** Without times, so that the same training gives the same row. */
function summaryOf(result: TrainingResult, examples: TokenizedExamples): MetricRow {
  const lastTrain = result.metrics.findLast(({ series }) => series === 'train');
  const evaluations = result.metrics.filter(({ series }) => series === 'eval');
  const losses = evaluations.flatMap(({ values }) => values['loss'] ?? []);
  const epochs = lastTrain?.values['epoch'];
  const loss = lastTrain?.values['loss'];
  return {
    series: 'summary',
    values: {
      trainable: result.trainable,
      total: result.total,
      trainableShare: result.trainable / result.total,
      rows: examples.train.length,
      evaluationRows: examples.evaluation.length,
      trainedTokensPerEpoch: trainedTokens(examples),
      ...(lastTrain?.step === undefined ? {} : { steps: lastTrain.step }),
      ...(epochs === undefined ? {} : { epochs }),
      ...(loss === undefined ? {} : { lastLoss: loss }),
      ...(losses.length === 0 ? {} : { bestEvaluationLoss: Math.min(...losses) }),
    },
  };
}

function trainedTokens({ train }: TokenizedExamples): number {
  return train.reduce((sum, { trained }) => sum + trained.filter((flag) => flag === 1).length, 0);
}

function count(number: number, unit: string): string {
  return `${number.toLocaleString('en')} ${unit}${number === 1 ? '' : 's'}`;
}
