import { GraphError, type SourceFile } from '@graft/graph';
import type { TableRow } from '../kit/text/jsonl-rows.ts';
import { fileText, tableRows } from '../kit/text/table-rows.ts';

/** Extensions of files with rows. */
export const endings = ['jsonl', 'ndjson', 'json', 'csv', 'tsv'] as const;

export function holdsRows(path: string): boolean {
  return endings.some((ending) => path.toLowerCase().endsWith(`.${ending}`));
}

/** Bytes; a JSON array is parsed as a whole. */
const maxJson = 512 * 1024 * 1024;

/** A row of a file; `line` is absent if unknown. */
export interface DataRow extends Omit<TableRow, 'line'> {
  readonly line?: number;
}

/** Rows of a JSONL, CSV or JSON file. Throws `bad-row` with the location of an unreadable one. */
export function readRows(file: SourceFile): AsyncGenerator<DataRow> {
  return /\.json$/i.test(file.path) ? jsonRows(file) : tableRows(file);
}

/** An array of objects; a file that does not begin with `[` is read as JSONL, which often has this extension. */
async function* jsonRows(file: SourceFile): AsyncGenerator<DataRow> {
  if ((await firstSign(file)) !== '[') {
    yield* tableRows(file);
    return;
  }
  if (file.size > maxJson) {
    throw new GraphError(
      'too-large',
      `${file.path} has more than 512 MiB. Convert it to JSONL, one object per line.`,
      { location: { file: file.path } },
    );
  }
  let text = '';
  for await (const piece of fileText(file)) text += piece;
  for (const [at, values] of parseArray(text, file.path).entries()) {
    const row = at + 1;
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new GraphError(
        'bad-row',
        `${file.path}, row ${row} is not an object. Write each row as an object such as {"text": "…"}.`,
        { location: { file: file.path } },
      );
    }
    yield { row, values: Object.fromEntries(Object.entries(values)) };
  }
}

async function firstSign(file: SourceFile): Promise<string | undefined> {
  for await (const piece of fileText(file)) {
    const sign = /\S/.exec(piece)?.[0];
    if (sign !== undefined) return sign;
  }
  return undefined;
}

function parseArray(text: string, file: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch (cause) {
    const position = /position (\d+)/.exec(cause instanceof Error ? cause.message : '')?.[1];
    const before = position === undefined ? text : text.slice(0, Number(position));
    const line = before.split('\n').length;
    throw new GraphError(
      'bad-row',
      `${file}, line ${line} is not valid JSON. The file begins with [, so it must hold one array of objects.`,
      { location: { file, line }, cause },
    );
  }
}
