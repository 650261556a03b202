import { evidenceTableSchema, tableToCsv, tableToMarkdown } from '@graft/graph';
import { exportArrow } from './export-arrow.ts';
import type { ExportFormat, Rows } from './export-rows.ts';

/** Writes tables of variants as tables: a line for each variant, in CSV for each variant and metric. */
export async function* exportComparison(
  rows: Rows,
  format: ExportFormat,
): AsyncGenerator<string | Uint8Array> {
  if (format === 'arrow') {
    yield* exportArrow(rows);
    return;
  }
  for await (const row of rows()) {
    const table = evidenceTableSchema.parse(row);
    if (format === 'jsonl') yield `${JSON.stringify(table)}\n`;
    else yield format === 'csv' ? tableToCsv(table) : tableToMarkdown(table);
  }
}
