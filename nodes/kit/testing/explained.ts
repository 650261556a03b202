import { metricMeaning, type MetricRow, type NodeType } from '@graft/graph';

/** The metric rows that a node gave, once its definition says what each of their values means. */
export function explained<Row extends Pick<MetricRow, 'values'>>(
  { type, meanings = {} }: Pick<NodeType, 'type' | 'meanings'>,
  rows: readonly Row[],
): readonly Row[] {
  for (const name of rows.flatMap(({ values }) => Object.keys(values))) {
    if (metricMeaning(meanings, name) === undefined) {
      throw new Error(`"meanings" of ${type} does not say what "${name}" is.`);
    }
  }
  return rows;
}
