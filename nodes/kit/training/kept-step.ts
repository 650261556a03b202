import type { Facets, FacetWarning, MetricRow, PortFacets, TableHead } from '@graft/graph';
import type { TrainingParams } from './definition.ts';

/** Fewer rows kept for evaluation choose a step by chance: with facts to memorise, an early one. */
const fewestForChoice = 20;

/** About how many rows of the tables evaluation keeps, for the facet of a dataset; empty if unknown, or if none is likely. */
export function evaluationOf(
  { evalShare, limit }: { readonly evalShare: number; readonly limit: number },
  tables: readonly TableHead[] | undefined,
): Pick<Facets, 'evaluation'> {
  if (tables === undefined || tables.length === 0 || evalShare === 0) return {};
  let all = 0;
  for (const { rows } of tables) {
    if (rows === undefined) return {};
    all += rows;
  }
  const of = limit === 0 ? all : Math.min(limit, all);
  const rows = Math.round(of * evalShare);
  return rows === 0 ? {} : { evaluation: { rows, of } };
}

type Length = Pick<TrainingParams, 'epochs' | 'batch' | 'packing' | 'maxSteps' | 'evaluateEvery'>;

/** Warns before a training whose kept step so few rows choose. */
export function choiceWarnings(params: Length, inputs: PortFacets): readonly FacetWarning[] {
  const evaluation = inputs['dataset']?.evaluation;
  if (evaluation === undefined || evaluation.rows >= fewestForChoice) return [];
  if (isLastChosen(params, evaluation.of - evaluation.rows)) return [];
  const { rows, of } = evaluation;
  const kept = `About ${String(rows)} of the ${String(of)} rows ${rows === 1 ? 'is' : 'are'} kept for evaluation`;
  return [
    {
      port: 'dataset',
      message: () =>
        `${kept}, and the result is the step with the lowest loss on ${rows === 1 ? 'it' : 'them'}. So few rows choose a step by chance, often an early one. ${remedyOf(of)}`,
    },
  ];
}

/** Whether only the last step is evaluated. How many rows packing puts into a step is not known. */
function isLastChosen(
  { epochs, batch, packing, maxSteps, evaluateEvery }: Length,
  rows: number,
): boolean {
  if (evaluateEvery !== 0) return false;
  return epochs === 1 || (!packing && maxSteps > 0 && maxSteps <= Math.ceil(rows / batch));
}

/** What to do with so many rows in all; at most half of them can be kept. */
function remedyOf(rows: number): string {
  const more =
    rows < 2 * fewestForChoice
      ? ''
      : `, or so that at least ${String(fewestForChoice)} rows are kept`;
  return `Set “For evaluation” to 0, which keeps the last step${more}.`;
}

interface Kept {
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
