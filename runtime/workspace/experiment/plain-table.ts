import type { EvidenceTable, Metric, VariantEvidence } from '@graft/graph';

/** Means only. */
export function evidenceTable(
  variants: readonly VariantEvidence[],
  { baseline, metrics }: { readonly baseline: string; readonly metrics: readonly Metric[] },
): EvidenceTable {
  return {
    ...{ baseline, confidence: 0.95, metrics: [...metrics], settings: [] },
    rows: variants.map(({ name, repeats, cost = {}, problem }) => ({
      ...{ variant: name, settings: {}, cost },
      ...(problem === undefined ? {} : { problem }),
      cells: metrics.map((metric) => {
        const values = repeats.flat().flatMap(({ values: of }) => of[metric.name] ?? []);
        const mean = values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
        return { metric: metric.name, mean, interval: null, n: values.length, failures: 0 };
      }),
    })),
  };
}
