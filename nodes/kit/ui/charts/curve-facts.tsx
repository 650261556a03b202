import { keptStep, type MetricRow } from '@graft/graph';
import type { ReactNode } from 'react';
import { bytes, count, duration, measure } from '../text/amounts.ts';

/** Progress of a training; absent once it has ended. */
export interface TrainingProgress {
  readonly done: number;
  readonly total?: number;
}

type Fact = readonly [name: string, value: string];

function shown(value: number | undefined, tell: (value: number) => string): string {
  return value === undefined || !Number.isFinite(value) ? '–' : tell(value);
}

/** The smallest loss of any evaluation. */
function bestEvaluation(rows: readonly MetricRow[]): number | undefined {
  const losses = rows.flatMap(({ series, step, values }) =>
    series === 'eval' && step !== undefined ? (values['loss'] ?? []) : [],
  );
  return losses.length === 0 ? undefined : losses.reduce((a, b) => Math.min(a, b));
}

function factsOf(rows: readonly MetricRow[], progress: TrainingProgress | undefined): Fact[] {
  const newest = rows.findLast(({ series, step }) => series === 'train' && step !== undefined);
  const values = newest?.values ?? {};
  // Training a map of vectors reads no texts.
  const readsTokens = newest === undefined || values['tokens'] !== undefined;
  const total = progress?.total === undefined ? '' : ` of ${count(progress.total)}`;
  const all: Fact[] = [
    progress === undefined
      ? ['steps', shown(newest?.step, count)]
      : ['step', `${count(progress.done)}${total}`],
    progress === undefined
      ? ['best eval loss', shown(bestEvaluation(rows), measure)]
      : ['remaining', shown(values['eta'], (seconds) => duration(seconds * 1_000))],
    ['tokens/s', shown(values['tokensPerSecond'], (rate) => count(Math.round(rate)))],
    ['epoch', shown(values['epoch'], (epoch) => epoch.toFixed(2))],
    ['tokens', shown(values['tokens'], count)],
    ['memory', shown(values['memory'], bytes)],
  ];
  const kept = progress === undefined ? keptStep(rows) : undefined;
  if (kept !== undefined) all.push(['kept', `step ${count(kept.step)} of ${count(kept.last)}`]);
  return readsTokens ? all : all.filter(([name]) => !name.startsWith('tokens'));
}

/** Facts of a training beside its curves, in fixed positions. */
export function CurveFacts(props: {
  readonly rows: readonly MetricRow[];
  readonly progress?: TrainingProgress | undefined;
}): ReactNode {
  return (
    <dl className="gk-stats">
      {factsOf(props.rows, props.progress).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
