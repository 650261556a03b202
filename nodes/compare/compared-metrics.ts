import { GraphError, knownMetric, type Metric, type MetricRow } from '@graft/graph';

/** What of the parameters says which metrics are compared. */
export interface MetricChoice {
  readonly metrics: readonly string[];
  readonly lower: readonly string[];
}

/**
 * The metrics of a comparison: those chosen, or all declared ones that rows of items have, in the order in which they
 * first stand. Of perplexity and loss only perplexity, for they are one. Throws `bad-input` where there is none, and
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
      'None of these metrics are of single items, so nothing can be compared item by item. Connect what score-hits, evaluate or perplexity gives.',
      { location: { node, port: 'metrics' } },
    );
  }
  const missing = metrics.find((name) => !found.has(name));
  if (missing !== undefined) {
    throw new GraphError(
      'bad-param',
      `No row has the metric "${missing}". There are: ${[...found].join(', ')}.`,
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
      `It is not known of which of these more is better: ${[...found].join(', ')}. Name those to compare under "Metrics", and under "Lower is better" those of which less is.`,
      { location: { node, param: 'metrics' } },
    );
  }
  return chosen.map((name): Metric => {
    const metric = knownMetric(name) ?? { name, direction: 'higher', aggregation: 'mean' };
    return lower.includes(name) ? { ...metric, direction: 'lower' } : metric;
  });
}
