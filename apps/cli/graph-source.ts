import { createReadStream } from 'node:fs';
import { GraphError, parseGraph, type Graph } from '@graft/graph';

/** Reads and parses a graph file; messages call it `shown`. Throws located GraphErrors. */
export async function readGraphFile(file: string, shown = file): Promise<Graph> {
  return parseGraph(await readText(file, shown), shown);
}

/** Bytes of the largest text that is read whole. */
const maxText = 256 * 1024 * 1024;

/** The whole of a stream, which may never end. Throws `too-large`; `subject` begins its message. */
export async function boundedBytes(
  stream: AsyncIterable<Buffer | string>,
  subject: string,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    const bytes = Buffer.from(piece);
    size += bytes.byteLength;
    if (size > maxText) {
      throw new GraphError(
        'too-large',
        `${subject} is longer than ${String(maxText / 1024 / 1024)} MiB, the limit. Give a shorter one.`,
      );
    }
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

/** Reads a text file, which must be UTF-8. */
export async function readText(file: string, shown = file): Promise<string> {
  const bytes = await boundedBytes(createReadStream(file), shown).catch(
    (cause: NodeJS.ErrnoException) => {
      throw cause instanceof GraphError ? cause : unreadable(cause, shown);
    },
  );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GraphError('bad-syntax', 'The file is not UTF-8 text. Save it as UTF-8.', {
      location: { file: shown },
      cause,
    });
  }
}

function unreadable(cause: NodeJS.ErrnoException, file: string): GraphError {
  const why =
    cause.code === 'ENOENT'
      ? 'There is no such file.'
      : cause.code === 'EISDIR'
        ? 'This is a folder. Name a graph file.'
        : `Graft cannot read the file: ${cause.message}`;
  return new GraphError('missing-file', why, { location: { file }, cause });
}
