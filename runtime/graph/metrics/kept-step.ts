import type { MetricRow } from './metrics.ts';

/** A step of a training, and its last. */
export interface Kept {
  readonly step: number;
  readonly last: number;
}

/** The step whose weights a training gives, of its last: the lowest evaluation loss after step 0. Undefined without evaluations. */
export function keptStep(metrics: readonly MetricRow[]): Kept | undefined {
  let best: { readonly step: number; readonly loss: number } | undefined;
  let last = 0;
  for (const { series, step = 0, values } of metrics) {
    last = Math.max(last, step);
    const { loss } = values;
    if (series !== 'eval' || step === 0 || loss === undefined) continue;
    if (best === undefined || loss < best.loss) best = { step, loss };
  }
  return best && { step: best.step, last };
}
