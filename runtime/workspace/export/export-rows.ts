import { stringify } from 'csv-stringify/sync';
import { rowText } from '@graft/graph';
import { flatRow } from './flat-row.ts';

/** How rows are written for use elsewhere. */
export const exportFormats = ['jsonl', 'csv', 'arrow', 'md', 'txt'] as const;
export type ExportFormat = (typeof exportFormats)[number];
/** Those that are text. */
export type TextFormat = Exclude<ExportFormat, 'arrow'>;

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

/** Rows that can be gone through more than once. */
export type Rows = () => AsyncIterable<unknown>;

/** Writes rows in a format, in blocks: no more than one is held. */
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

const plain = (row: unknown): unknown =>
  typeof row === 'object' && row !== null && 'vector' in row && ArrayBuffer.isView(row.vector)
    ? {
        ...row,
        vector: Array.from(
          new Float32Array(row.vector.buffer, row.vector.byteOffset, row.vector.byteLength / 4),
        ),
      }
    : row;

const asObject = (row: unknown): object =>
  typeof row === 'object' && row !== null ? row : { value: row };

type Writer = (rows: Rows) => AsyncIterable<string>;

const writers: Readonly<Record<TextFormat, Writer>> = {
  async *jsonl(rows) {
    for await (const row of rows()) yield `${JSON.stringify(plain(row))}\n`;
  },
  // Twice through the rows: the first time for the columns, which only all of them together have.
  async *csv(rows) {
    const columns = new Set<string>();
    for await (const row of rows())
      for (const name of flatRow(asObject(row)).keys()) columns.add(name);
    const names = [...columns];
    // A text that begins like a formula would run in a spreadsheet.
    const line = (cells: readonly unknown[]): string =>
      stringify([cells], { escape_formulas: true });
    yield line(names);
    for await (const row of rows()) {
      const cells = flatRow(asObject(row));
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
