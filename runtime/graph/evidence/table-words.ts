import type { EvidenceTable } from '../metrics/evidence-table.ts';
import { metricWords } from '../metrics/metric-words.ts';

/** The name of a node, by path. */
type NodeTitle = (path: string) => string;

/** A metric with its output, the table's form if several outputs have it: `recall of score.metrics`. */
const withOutput = /^(.+) of ([^\s.]+)\.(.+)$/;

/**
 * The screen name of a table's metric: `exactMatch` → "Exact match", `f1 of score.metrics` → "F1 of Evaluate", if the
 * node's name is known.
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

/** A table with the screen names of its metrics, also in its sentences. */
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
