import { GraphError } from '@graft/graph';

/** One row of a table file. `line` is 1-based, in the file; `row` counts rows from 1. */
export interface TableRow {
  readonly row: number;
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Most code units of one row, so that a file without line breaks cannot fill memory. */
export const maxRowLength = 16 * 1024 * 1024;

/** Reads JSONL: one object per line, ignoring blank lines. Throws `bad-row` with the line of an invalid one. */
export async function* jsonlRows(
  text: AsyncIterable<string>,
  file: string,
): AsyncGenerator<TableRow> {
  let line = 0;
  let row = 0;
  for await (const content of lines(text, file)) {
    line += 1;
    if (content.trim() === '') continue;
    row += 1;
    yield { row, line, values: parseLine(content, { file, line }) };
  }
}

function parseLine(content: string, location: { file: string; line: number }) {
  const fail = (why: string, cause?: unknown) =>
    new GraphError('bad-row', `${location.file}, line ${location.line}: ${why}`, {
      location,
      cause,
    });
  let value: unknown;
  try {
    // Without byte order marks, which concatenated files contain.
    value = JSON.parse(content.trim());
  } catch (cause) {
    throw fail('this is not JSON. Each line must hold one JSON object.', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fail(
      'this is JSON, but not an object. Write each row as an object such as {"text": "…"}.',
    );
  }
  return Object.fromEntries(Object.entries(value));
}

/** Lines of a stream, without line breaks. */
async function* lines(text: AsyncIterable<string>, file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of text) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part;
    if (rest.length > maxRowLength) {
      throw new GraphError('too-large', `${file} has a line of more than 16 MiB. Split that row.`, {
        location: { file },
      });
    }
  }
  if (rest !== '') yield rest;
}
