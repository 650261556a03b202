import {
  metricMeaning,
  metricMeanings,
  parseMetricName,
  type Graph,
  type MetricMeanings,
  type Registry,
} from '@graft/graph';
import { placeOf } from '../document/levels.ts';

/** What the metrics say that an experiment compares, as its table names them: each by the node that it is of. */
export function comparedMeanings(
  graph: Graph,
  experiment: string,
  registry: Registry,
): MetricMeanings {
  const { experiments = {} } = graph;
  const names = (experiments[experiment]?.metrics ?? []).flatMap(
    (text) => parseMetricName(text) ?? [],
  );
  return Object.fromEntries(
    names.flatMap(({ node, port, metric }) => {
      const type = placeOf(graph, node)?.node.type ?? '';
      const meaning = metricMeaning(metricMeanings(registry, type), metric);
      // With its output where two have a metric of that name.
      return meaning === undefined
        ? []
        : [metric, `${metric} of ${node}.${port}`].map((label) => [label, meaning]);
    }),
  );
}
