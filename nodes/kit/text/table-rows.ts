import type { SourceFile } from '@graft/graph';
import { csvRows } from './csv-rows.ts';
import { decodeText, type TextEncoding } from './decode-text.ts';
import { jsonlRows, type TableRow } from './jsonl-rows.ts';

/** The decoded text of a file, piece by piece; as UTF-8 if the node has no choice of encodings. */
export function fileText(file: SourceFile, encoding?: TextEncoding): AsyncGenerator<string> {
  return decodeText(file.stream(), encoding, file.path);
}

/** Rows of a CSV or JSONL file, by its file name extension. */
export function tableRows(file: SourceFile, encoding?: TextEncoding): AsyncGenerator<TableRow> {
  const text = fileText(file, encoding);
  return /\.(csv|tsv)$/i.test(file.path) ? csvRows(text, file.path) : jsonlRows(text, file.path);
}
