import { keptStep, type MetricRow } from '@graft/graph';
import { fewestForChoice, remedyOf } from '../holdout/definition.ts';

/** What the log of a training says where too few rows chose an early step; undefined otherwise. The log names the step. */
export function choiceInDoubt(
  metrics: readonly MetricRow[],
  { train, evaluation }: { readonly train: number; readonly evaluation: number },
): string | undefined {
  const kept = keptStep(metrics);
  if (kept === undefined || kept.step === kept.last || evaluation >= fewestForChoice) {
    return undefined;
  }
  const by = evaluation === 1 ? 'A single row' : `Only ${String(evaluation)} rows`;
  return `${by} kept for evaluation chose this step. So few choose by chance. ${remedyOf(train + evaluation)}`;
}
