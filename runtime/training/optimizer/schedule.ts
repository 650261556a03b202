/** Course of the learning rate after warm-up. */
export type ScheduleKind = 'cosine' | 'linear' | 'constant';

export interface Schedule {
  readonly kind: ScheduleKind;
  /** Peak rate. */
  readonly rate: number;
  /** Warm-up steps from zero to the peak. */
  readonly warmup: number;
  /** Total steps. */
  readonly steps: number;
}

/** The learning rate of `step`, counted from 0; the transformers library's formulas. */
export function rateAt(schedule: Schedule, step: number): number {
  const { kind, rate, warmup, steps } = schedule;
  if (step < warmup) return (rate * step) / Math.max(1, warmup);
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  switch (kind) {
    case 'constant':
      return rate;
    case 'linear':
      return rate * (1 - progress);
    case 'cosine':
      return rate * 0.5 * (1 + Math.cos(Math.PI * progress));
  }
}
