import {
  Comparison,
  evidenceTableSchema,
  rowText,
  tableToCsv,
  tableToMarkdown,
  type ArtifactRef,
  type ArtifactStore,
} from '@graft/graph';
import { exportArrow } from './export-arrow.ts';
import { flatRow, type Rows } from './flat-row.ts';
import { portTypeOf, readRows } from './stored-rows.ts';
import { withNumbers } from './vectors.ts';

/** The formats in which rows leave Graft. */
export const exportFormats = ['jsonl', 'csv', 'arrow', 'md', 'txt'] as const;
export type ExportFormat = (typeof exportFormats)[number];
type TextFormat = Exclude<ExportFormat, 'arrow'>;

/** Media types of the formats. */
export const exportMediaTypes: Readonly<Record<ExportFormat, string>> = {
  jsonl: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  arrow: 'application/vnd.apache.arrow.file',
  md: 'text/markdown; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
};

/** Characters gathered before they are handed on. */
const blockSize = 64 * 1024;

/** All rows of an artifact in a format, in blocks. Throws `bad-input` for artifacts without rows. */
export function exportArtifact(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  format: ExportFormat,
): AsyncIterable<string | Uint8Array> {
  const type = portTypeOf(ref);
  const rows: Rows = () => readRows(artifacts, ref, type);
  if (format === 'arrow') return exportArrow(rows);
  return (type.id === Comparison.id ? exportComparison : exportRows)(rows, format);
}

/** Writes rows in a format, in blocks; holds no more than one. */
export async function* exportRows(rows: Rows, format: TextFormat): AsyncGenerator<string> {
  let block = '';
  for await (const text of writers[format](rows)) {
    block += text;
    if (block.length < blockSize) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}

/** Writes tables of variants: a line for each variant, in CSV for each variant and metric. */
async function* exportComparison(rows: Rows, format: TextFormat): AsyncGenerator<string> {
  for await (const row of rows()) {
    const table = evidenceTableSchema.parse(row);
    if (format === 'jsonl') yield `${JSON.stringify(table)}\n`;
    else yield format === 'csv' ? tableToCsv(table) : tableToMarkdown(table);
  }
}

type Writer = (rows: Rows) => AsyncIterable<string>;

const writers: Readonly<Record<TextFormat, Writer>> = {
  async *jsonl(rows) {
    for await (const row of rows()) yield `${JSON.stringify(withNumbers(row))}\n`;
  },
  // Reads the rows twice: only all of them together tell the columns.
  async *csv(rows) {
    const { stringify } = await import('csv-stringify/sync');
    // A text that begins like a formula would run in a spreadsheet.
    const line = (cells: readonly unknown[]): string =>
      stringify([cells], { escape_formulas: true });
    const columns = new Set<string>();
    for await (const row of rows()) for (const name of flatRow(row).keys()) columns.add(name);
    const names = [...columns];
    yield line(names);
    for await (const row of rows()) {
      const cells = flatRow(row);
      yield line(names.map((name) => cells.get(name) ?? ''));
    }
  },
  async *md(rows) {
    for await (const row of rows()) {
      const { heading, body } = rowText(row);
      yield `${heading === '' ? '' : `## ${heading.replace(/\s+/g, ' ')}\n\n`}${body}\n\n`;
    }
  },
  async *txt(rows) {
    for await (const row of rows()) {
      const { heading, body } = rowText(row);
      yield `${heading === '' ? '' : `${heading}\n`}${body}\n\n`;
    }
  },
};
