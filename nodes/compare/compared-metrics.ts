import { GraphError, knownMetric, type Metric, type MetricRow } from '@graft/graph';

/** Parameters that select the compared metrics. */
export interface MetricChoice {
  readonly metrics: readonly string[];
  readonly lower: readonly string[];
}

/**
 * The metrics of a comparison: the chosen ones, or all declared ones of per-item rows, in order of first appearance. Of
 * perplexity and loss only perplexity, because they are equivalent. Throws `bad-input` if there is none, and
 * `bad-param` for one that no row has.
 */
export function comparedMetrics(
  variants: readonly (readonly MetricRow[])[],
  { metrics, lower }: MetricChoice,
  node: string,
): Metric[] {
  const found = new Set<string>();
  for (const row of variants.flat()) {
    if (row.item !== undefined && row.step === undefined) {
      for (const name of Object.keys(row.values)) found.add(name);
    }
  }
  if (found.size === 0) {
    throw new GraphError(
      'bad-input',
      'These metrics have no values of single rows, so there is nothing to compare row by row. Connect the metrics of Score hits, Evaluate or Perplexity.',
      { location: { node, port: 'metrics' } },
    );
  }
  const missing = metrics.find((name) => !found.has(name));
  if (missing !== undefined) {
    throw new GraphError(
      'bad-param',
      `There is no metric "${missing}" to compare. Choose among ${[...found].join(', ')}.`,
      { location: { node, param: 'metrics' } },
    );
  }
  const known = [...found].filter(
    (name) => knownMetric(name) !== undefined || lower.includes(name),
  );
  const chosen =
    metrics.length > 0
      ? [...new Set(metrics)]
      : known.filter((name) => name !== 'loss' || !found.has('perplexity'));
  if (chosen.length === 0) {
    throw new GraphError(
      'bad-param',
      `Graft does not know whether more or less is better for ${[...found].join(', ')}. List those to compare under "Metrics", and those where less is better also under "Lower is better".`,
      { location: { node, param: 'metrics' } },
    );
  }
  return chosen.map((name): Metric => {
    const metric = knownMetric(name) ?? { name, direction: 'higher', aggregation: 'mean' };
    return lower.includes(name) ? { ...metric, direction: 'lower' } : metric;
  });
}
