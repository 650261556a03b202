import { evidenceTableSchema, tableToCsv, tableToMarkdown } from '@graft/graph';
import type { Rows, TextFormat } from './export-rows.ts';

/** Writes tables of variants as tables: a line for each variant, in CSV for each variant and metric. */
export async function* exportComparison(rows: Rows, format: TextFormat): AsyncGenerator<string> {
  for await (const row of rows()) {
    const table = evidenceTableSchema.parse(row);
    if (format === 'jsonl') yield `${JSON.stringify(table)}\n`;
    else yield format === 'csv' ? tableToCsv(table) : tableToMarkdown(table);
  }
}
