import { GraphError, type PortType } from '@graft/graph';
import { checkRow, type RowSource } from './rows.ts';

/** Bytes gathered before they are handed on. */
const blockSize = 64 * 1024;
const newline = 0x0a;

/** Rows as JSON, one a line, each validated in full. `counted` is told the number of rows at the end. */
export async function* encodeJsonl(
  type: PortType,
  rows: RowSource,
  counted: (count: number) => void,
): AsyncIterable<Uint8Array> {
  let count = 0;
  let length = 0;
  let lines: string[] = [];
  for await (const row of rows) {
    const line = `${JSON.stringify(checkRow(type, row, count))}\n`;
    count += 1;
    lines.push(line);
    length += line.length;
    if (length >= blockSize) {
      yield Buffer.from(lines.join(''));
      lines = [];
      length = 0;
    }
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
  counted(count);
}

/** The lines of a byte stream, as text, without their ends. Holds one line at a time. */
async function* decodeLines(bytes: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let rest: Buffer[] = [];
  for await (const chunk of bytes) {
    const block = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = block.indexOf(newline); end !== -1; end = block.indexOf(newline, start)) {
      if (rest.length === 0) yield block.toString('utf8', start, end);
      else {
        yield Buffer.concat([...rest, block.subarray(start, end)]).toString('utf8');
        rest = [];
      }
      start = end + 1;
    }
    if (start < block.length) rest.push(block.subarray(start));
  }
  if (rest.length > 0) yield Buffer.concat(rest).toString('utf8');
}

/** The rows of a JSON-lines artifact, each an object; `rowReader` checks them against their type. */
export async function* decodeJsonl(bytes: AsyncIterable<Uint8Array>): AsyncIterable<unknown> {
  for await (const line of decodeLines(bytes)) {
    if (line !== '') yield parseRow(line);
  }
}

/** One row of JSON. */
export function parseRow(line: string): object {
  const row: unknown = JSON.parse(line);
  if (typeof row === 'object' && row !== null) return row;
  throw new GraphError('store-damaged', 'A row of the artifact is no object; run the step again.', {
    audience: 'operator',
  });
}
