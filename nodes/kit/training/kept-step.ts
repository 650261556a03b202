import { keptStep, type MetricRow } from '@graft/graph';
import { choiceRemedy, fewestForChoice } from './definition.ts';

/** What the log of a training says where too few rows chose an early step; undefined otherwise. */
export function choiceInDoubt(metrics: readonly MetricRow[], rows: number): string | undefined {
  const kept = keptStep(metrics);
  if (kept === undefined || kept.step === kept.last || rows >= fewestForChoice) return undefined;
  const by = rows === 1 ? 'a single row' : `only ${String(rows)} rows`;
  return `The result is step ${String(kept.step)} of ${String(kept.last)}, because the loss on ${by} kept for evaluation was lowest there. So few rows choose by chance. ${choiceRemedy}`;
}
