import {
  GraphError,
  type Location,
  type MetricRow,
  type RunContext,
  type TrainingHooks,
  type TrainingResult,
} from '@graft/graph';
import { least } from '../evaluation/numeric.ts';
import { choiceInDoubt } from './kept-step.ts';

/** Outputs of every training, beside the trained weights. */
type Trained = Omit<TrainingResult, 'adapter' | 'model'>;

/** Callbacks of a training to its step. */
export function hooksOf(ctx: RunContext): TrainingHooks {
  return {
    signal: ctx.signal,
    lease: (bytes) => ctx.lease(bytes),
    metrics: (row) => ctx.metrics(row),
    checkpoint: (report) => ctx.checkpoint(report),
    log: (level, message) => ctx.log(level, message),
    progress: (progress) => ctx.progress(progress),
  };
}

/** Reports what was trained. Throws `bad-model` if the base changed meanwhile; `base` is the node that chooses it. */
export function reportBase(
  ctx: Pick<RunContext, 'log' | 'node'>,
  result: Trained,
  base: Pick<Location, 'port' | 'param'>,
): void {
  const { trainable, total, baseBefore, baseAfter } = result;
  const tokens = result.metrics.findLast(({ series }) => series === 'train')?.values['tokens'] ?? 0;
  ctx.log(
    'info',
    `Trained on ${count(tokens, 'token')}: ${trainable.toLocaleString('en')} of ${total.toLocaleString('en')} numbers are trainable, ${((trainable / total) * 100).toFixed(2)} per cent.`,
  );
  if (baseBefore !== baseAfter) {
    throw new GraphError(
      'bad-model',
      `The weights of the base changed during training: their sha256 was ${baseBefore} and is now ${baseAfter}. Find what writes to the file, then run again.`,
      { location: { node: ctx.node, ...base }, audience: 'operator' },
    );
  }
  ctx.log('info', `The base is unchanged: sha256 ${baseBefore} before and after.`);
}

/** Warns in the log where so few evaluation rows chose an early step that the choice is chance. */
export function reportChoice(
  ctx: Pick<RunContext, 'log'>,
  metrics: readonly MetricRow[],
  rows: { readonly train: number; readonly evaluation: number },
): void {
  const doubt = choiceInDoubt(metrics, rows);
  if (doubt !== undefined) ctx.log('warning', doubt);
}

/** The `summary` row, without times, so that the same training gives the same row. */
export function summaryOf(
  result: Pick<Trained, 'metrics' | 'trainable'> & Partial<Pick<Trained, 'total'>>,
  rows: { readonly train: number; readonly evaluation: number },
): MetricRow {
  const last = result.metrics.findLast(({ series }) => series === 'train');
  const evaluations = result.metrics.filter(({ series }) => series === 'eval');
  const losses = evaluations.map(({ step, values }) => ({ step, loss: values['loss'] ?? NaN }));
  const trained = losses.filter(({ step }) => step !== 0).map(({ loss }) => loss);
  const values: Readonly<Record<string, number | undefined>> = {
    rows: rows.train,
    'evaluation rows': rows.evaluation,
    steps: last?.step,
    epochs: last?.values['epoch'],
    'tokens seen': last?.values['tokens'],
    'last loss': last?.values['loss'],
    'evaluation loss before': losses.find(({ step }) => step === 0)?.loss,
    'evaluation loss': trained.length === 0 ? undefined : least(trained),
    trainable: result.trainable,
    'of all': result.total,
    'trainable %': result.total && (result.trainable / result.total) * 100,
  };
  const known = Object.entries(values).flatMap(([name, value]): [string, number][] =>
    value === undefined ? [] : [[name, value]],
  );
  return { series: 'summary', values: Object.fromEntries(known) };
}

/** `1,204 rows` */
export function count(number: number, unit: string): string {
  return `${number.toLocaleString('en')} ${unit}${number === 1 ? '' : 's'}`;
}
