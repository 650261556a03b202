import type { Facets, FacetWarning, MetricRow, PortFacets, TableHead } from '@graft/graph';

/** Fewer rows kept for evaluation choose a step by chance: with facts to memorise, an early one. */
const fewestForChoice = 20;

/** About how many rows of the tables evaluation keeps, for the facet of a dataset; empty if their count is unknown. */
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
  return { evaluation: { rows: Math.max(1, Math.round(of * evalShare)), of } };
}

/** Warns before a training whose kept step so few rows choose. */
export function choiceWarnings(inputs: PortFacets): readonly FacetWarning[] {
  const evaluation = inputs['dataset']?.evaluation;
  if (evaluation === undefined || evaluation.rows >= fewestForChoice) return [];
  const { rows, of } = evaluation;
  const kept = `About ${String(rows)} of the ${String(of)} rows ${rows === 1 ? 'is' : 'are'} kept for evaluation`;
  return [
    {
      port: 'dataset',
      message: () =>
        `${kept}, and the result is the step with the lowest loss on ${rows === 1 ? 'it' : 'them'}. So few rows choose a step by chance, often an early one. ${remedy}`,
    },
  ];
}

const remedy = `Set “For evaluation” to 0, which keeps the last step, or so that at least ${String(fewestForChoice)} rows are kept.`;

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

/** What the log of a training says where too few rows chose an early step; undefined otherwise. */
export function choiceInDoubt(metrics: readonly MetricRow[], rows: number): string | undefined {
  const kept = keptStep(metrics);
  if (kept === undefined || kept.step === kept.last || rows >= fewestForChoice) return undefined;
  const by = rows === 1 ? 'a single row' : `only ${String(rows)} rows`;
  return `The result is step ${String(kept.step)} of ${String(kept.last)}, because the loss on ${by} kept for evaluation was lowest there. So few rows choose by chance. ${remedy}`;
}
