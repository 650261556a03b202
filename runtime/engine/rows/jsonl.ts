import { GraphError, type PortType } from '@graft/graph';
import { type Blocks, checkRow } from './row-blocks.ts';

/** Bytes gathered before they are handed on. */
const blockSize = 64 * 1024;
export const newline = 0x0a;

/** Rows as JSON, one a line, each validated in full. Calls `counted` with the number of rows at the end. */
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

/** Consecutive whole lines. */
export interface LineBlock {
  /** The offset in `bytes` of each line, and of the line after the last: a line ends one byte before the next. */
  readonly starts: readonly number[];
  readonly bytes: Buffer;
}

/** The lines of a stream, those of a chunk of bytes at a time. */
export async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<LineBlock> {
  let rest: Buffer[] = [];
  for await (const chunk of bytes) {
    const block = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const end = block.lastIndexOf(newline) + 1;
    if (end > 0) {
      const whole = block.subarray(0, end);
      const lines = rest.length === 0 ? whole : Buffer.concat([...rest, whole]);
      rest = [];
      const starts = [0];
      for (let at = lines.indexOf(newline); at !== -1; at = lines.indexOf(newline, at + 1)) {
        starts.push(at + 1);
      }
      yield { starts, bytes: lines };
    }
    if (end < block.length) rest.push(block.subarray(end));
  }
  const last = Buffer.concat(rest);
  if (last.length > 0) yield { starts: [0, last.length + 1], bytes: last };
}

/** The text of a line of a block. */
export function lineAt({ bytes, starts }: LineBlock, line: number): string {
  return bytes.toString('utf8', starts[line], (starts[line + 1] ?? 0) - 1);
}

/** The rows of JSON lines, each an object, those of a chunk of bytes at a time. Empty lines are no rows. */
export async function* decodeJsonl(bytes: AsyncIterable<Uint8Array>): AsyncIterable<object[]> {
  for await (const block of splitLines(bytes)) {
    const rows: object[] = [];
    for (let line = 0; line < block.starts.length - 1; line += 1) {
      const text = lineAt(block, line);
      if (text !== '') rows.push(parseRow(text));
    }
    if (rows.length > 0) yield rows;
  }
}

/** One row of JSON. Throws `store-damaged` for anything but an object. */
export function parseRow(line: string): object {
  const row = parseStored(line);
  if (typeof row === 'object' && row !== null) return row;
  throw new GraphError(
    'store-damaged',
    'A row of the stored result is not an object. Run the step again.',
    { audience: 'operator' },
  );
}

/** A stored JSON value. Throws `store-damaged` for invalid JSON, even where the bytes match their digest. */
export function parseStored(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? ` (${cause.message})` : '';
    throw new GraphError(
      'store-damaged',
      `The stored result is not valid JSON${detail}. Run the step again.`,
      { audience: 'operator', cause },
    );
  }
}
