import { pipeline, Readable } from 'node:stream';
import { GraphError } from '@graft/graph';
import { z } from 'zod';
import { maxRowLength, type TableRow } from './jsonl-rows.ts';

const recordSchema = z.object({
  record: z.record(z.string(), z.string()),
  info: z.object({ lines: z.number() }),
});

/**
 * Reads CSV with column names in the first row; the separator is comma, semicolon or tab, whichever that row contains
 * most. Throws `bad-row` with the line of an invalid row.
 */
export async function* csvRows(
  text: AsyncIterable<string>,
  file: string,
): AsyncGenerator<TableRow> {
  const { parse } = await import('csv-parse');
  const pieces = text[Symbol.asyncIterator]();
  let head = '';
  while (!head.includes('\n') && head.length <= maxRowLength) {
    const next = await pieces.next();
    if (next.done === true) break;
    head += next.value;
  }
  const parser = parse({
    columns: true,
    info: true,
    delimiter: delimiterOf(head.split('\n', 1)[0] ?? ''),
    skip_empty_lines: true,
    max_record_size: maxRowLength,
  });
  // A failure of the text stream also fails the parser, which throws it; with `pipe` it would wait forever.
  pipeline(Readable.from(resume(head, pieces)), parser, () => undefined);
  let row = 0;
  let line = 2;
  try {
    for await (const parsed of parser) {
      const { record, info } = recordSchema.parse(parsed);
      row += 1;
      yield { row, line, values: record };
      line = info.lines + 1;
    }
  } catch (cause) {
    if (cause instanceof GraphError) throw cause;
    const why = cause instanceof Error ? cause.message.replace(/ at line \d+$/, '') : String(cause);
    throw new GraphError('bad-row', `${file}, row ${row + 1} (line ${line}): ${why}.`, {
      location: { file, line },
      cause,
    });
  }
}

async function* resume(head: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  if (head !== '') yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function delimiterOf(header: string): string {
  const count = (sign: string): number => header.split(sign).length;
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}
