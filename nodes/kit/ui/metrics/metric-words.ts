import { metricWords, type EvidenceTable } from '@graft/graph';

/** What the node of a path is called. */
type NodeTitle = (path: string) => string;

/** A metric with its output, as tables name one of which there are several: `recall of score.metrics`. */
const withOutput = /^(.+) of ([^\s.]+)\.(.+)$/;

/**
 * What a metric of a table is called on the screen: `exactMatch` → "Exact match", `f1 of score.metrics` → "F1 of Evaluate",
 * where it is known what the node is called.
 */
export function tableMetricWords(name: string, titleOf?: NodeTitle): string {
  const [, metric, node = '', port = ''] = withOutput.exec(name) ?? [];
  if (metric === undefined) return metricWords(name);
  const output =
    titleOf === undefined
      ? `${node}.${port}`
      : titleOf(node) + (port === 'metrics' ? '' : ` · ${port}`);
  return `${metricWords(metric)} of ${output}`;
}

/** A table whose metrics are called as on the screen, in what is said of it too. */
export function inMetricWords(table: EvidenceTable, titleOf?: NodeTitle): EvidenceTable {
  const { metrics, rows, failedInAll } = table;
  const words = (name: string): string => tableMetricWords(name, titleOf);
  return {
    ...table,
    metrics: metrics.map((metric) => ({ ...metric, name: words(metric.name) })),
    rows: rows.map((row) => ({
      ...row,
      cells: row.cells.map((cell) => ({ ...cell, metric: words(cell.metric) })),
    })),
    ...(failedInAll === undefined
      ? {}
      : {
          failedInAll: Object.fromEntries(
            Object.entries(failedInAll).map(([name, items]) => [words(name), items]),
          ),
        }),
  };
}
