import type { EvidenceTable } from '@graft/graph';

/** Names that are written otherwise than their words. */
const written: Readonly<Record<string, string>> = { f1: 'F1', rougeL: 'ROUGE-L' };

/** What a metric is called on the screen: `trainedTokensPerEpoch` → "trained tokens per epoch". */
export function metricWords(name: string): string {
  if (Object.hasOwn(written, name)) return written[name] ?? name;
  return name.replace(
    /([a-z0-9])([A-Z])/g,
    (_all, before, after) => `${before} ${after.toLowerCase()}`,
  );
}

/** A table whose metrics are called as on the screen, in what is said of it too. */
export function inMetricWords(table: EvidenceTable): EvidenceTable {
  const { metrics, rows, failedInAll } = table;
  return {
    ...table,
    metrics: metrics.map((metric) => ({ ...metric, name: metricWords(metric.name) })),
    rows: rows.map((row) => ({
      ...row,
      cells: row.cells.map((cell) => ({ ...cell, metric: metricWords(cell.metric) })),
    })),
    ...(failedInAll === undefined
      ? {}
      : {
          failedInAll: Object.fromEntries(
            Object.entries(failedInAll).map(([name, items]) => [metricWords(name), items]),
          ),
        }),
  };
}
