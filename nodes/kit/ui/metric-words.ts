import type { EvidenceTable } from '@graft/graph';

/** Names that are written otherwise than their words. */
const written: Readonly<Record<string, string>> = { f1: 'F1', rougeL: 'ROUGE-L' };

/** What the node of a path is called. */
type NodeTitle = (path: string) => string;

/** A metric with its output, as tables name one of which there are several: `recall of score.metrics`. */
const withOutput = /^(.+) of ([^\s.]+)\.(.+)$/;

/**
 * What a metric is called on the screen: `trainedTokensPerEpoch` → "trained tokens per epoch", `f1 of score.metrics` → "F1 of
 * Evaluate", where it is known what the node is called.
 */
export function metricWords(name: string, titleOf?: NodeTitle): string {
  const [, metric, node = '', port = ''] = withOutput.exec(name) ?? [];
  if (metric !== undefined) {
    const output =
      titleOf === undefined
        ? `${node}.${port}`
        : titleOf(node) + (port === 'metrics' ? '' : ` · ${port}`);
    return `${metricWords(metric)} of ${output}`;
  }
  if (Object.hasOwn(written, name)) return written[name] ?? name;
  return name.replace(
    /([a-z0-9])([A-Z])/g,
    (_all, before, after) => `${before} ${after.toLowerCase()}`,
  );
}

/** A table whose metrics are called as on the screen, in what is said of it too. */
export function inMetricWords(table: EvidenceTable, titleOf?: NodeTitle): EvidenceTable {
  const { metrics, rows, failedInAll } = table;
  const words = (name: string): string => metricWords(name, titleOf);
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
