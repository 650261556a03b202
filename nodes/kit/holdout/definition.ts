import type { Facets, FacetWarning, PortFacets, TableHead } from '@graft/graph';
import type { TrainingParams } from '../training/definition.ts';

/** Fewer rows kept for evaluation choose a step by chance: with facts to memorise, an early one. */
export const fewestForChoice = 20;

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
export function remedyOf(rows: number): string {
  const more =
    rows < 2 * fewestForChoice
      ? ''
      : `, or so that at least ${String(fewestForChoice)} rows are kept`;
  return `Set “For evaluation” to 0, which keeps the last step${more}.`;
}
