import { GraphError } from '../base/errors.ts';
import type { Experiment } from '../format/experiment.ts';

/** Default limit of an experiment's runs. */
export const defaultRunLimit = 200;
/** Upper bound of that limit. */
export const largestRunLimit = 2_000;

/** The size of an experiment, without its baseline. */
export interface VariantCount {
  /** Number of settings. */
  readonly variants: number;
  /** Runs of each variant: one for each seed. */
  readonly repeats: number;
}

/** Counts from the lists, without expanding. */
export function countVariants({ vary, mode, arms, seeds }: Experiment): VariantCount {
  const lengths = Object.values(vary ?? {}).map((values) => values.length);
  const varied =
    lengths.length === 0
      ? 0
      : mode === 'list'
        ? lengths.reduce((most, length) => Math.max(most, length), 0)
        : lengths.reduce((product, length) => product * length, 1);
  return {
    variants: varied + Object.keys(arms ?? {}).length,
    repeats: Math.max(1, seeds?.length ?? 1),
  };
}

const limitOf = ({ limit }: Experiment): number =>
  Math.min(largestRunLimit, limit?.variants ?? defaultRunLimit);

/** Whether an experiment stays within its limit of runs. */
export function isCountFit(experiment: Experiment): boolean {
  const { variants, repeats } = countVariants(experiment);
  return variants * repeats <= limitOf(experiment);
}

/** Throws `too-large` if the experiment exceeds its limit of runs. */
export function requireCount(experiment: Experiment, field: string): void {
  const { variants, repeats } = countVariants(experiment);
  if (isCountFit(experiment)) return;
  const limit = limitOf(experiment);
  const runs = variants * repeats;
  const times = repeats === 1 ? '' : `, each with ${String(repeats)} seeds: ${spelled(runs)} runs`;
  const remedy =
    runs <= largestRunLimit
      ? `Try fewer values, or allow them with "limit": { "variants": ${String(runs)} }.`
      : `Try fewer values. No limit can exceed ${spelled(largestRunLimit)}.`;
  throw new GraphError(
    'too-large',
    `The experiment has ${spelled(variants)} variants${times}. The limit is ${spelled(limit)}. ${remedy}`,
    { location: { field } },
  );
}

/** 10,000 */
const spelled = (count: number): string =>
  count > 1e9 ? 'more than a billion' : count.toLocaleString('en-US');
