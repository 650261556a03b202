import { GraphError, type PortType } from '@graft/graph';
import { type Blocks, checkRow, parseStored } from './rows.ts';

/** Bytes gathered before they are handed on. */
const blockSize = 64 * 1024;
const newline = 0x0a;

/** Rows as JSON, one a line, each validated in full. `counted` is told the number of rows at the end. */
export async function* encodeJsonl(
  type: PortType,
  blocks: Blocks,
  counted: (count: number) => void,
): AsyncIterable<Uint8Array> {
  let count = 0;
  let length = 0;
  let lines: string[] = [];
  for await (const block of blocks) {
    for (const row of block) {
      const line = `${JSON.stringify(checkRow(type, row, count))}\n`;
      count += 1;
      lines.push(line);
      length += line.length;
      if (length < blockSize) continue;
      yield Buffer.from(lines.join(''));
      lines = [];
      length = 0;
    }
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
  counted(count);
}

/** The rows of a JSON-lines artifact, each an object, those of a chunk of bytes at a time; `rowReader` checks them against their type. */
export async function* decodeJsonl(bytes: AsyncIterable<Uint8Array>): AsyncIterable<object[]> {
  let rest: Buffer[] = [];
  for await (const chunk of bytes) {
    const block = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const rows: object[] = [];
    let start = 0;
    for (let end = block.indexOf(newline); end !== -1; end = block.indexOf(newline, start)) {
      const line = block.subarray(start, end);
      pushRow(rows, rest.length === 0 ? line : Buffer.concat([...rest, line]));
      rest = [];
      start = end + 1;
    }
    if (start < block.length) rest.push(block.subarray(start));
    if (rows.length > 0) yield rows;
  }
  const last: object[] = [];
  pushRow(last, Buffer.concat(rest));
  if (last.length > 0) yield last;
}

function pushRow(rows: object[], line: Buffer): void {
  if (line.length > 0) rows.push(parseRow(line.toString('utf8')));
}

/** One row of JSON. */
export function parseRow(line: string): object {
  const row = parseStored(line);
  if (typeof row === 'object' && row !== null) return row;
  throw new GraphError(
    'store-damaged',
    'A row of the stored result is not an object. Run the step again.',
    {
      audience: 'operator',
    },
  );
}
