import { readFile } from 'node:fs/promises';
import { GraphError, parseGraph, type Graph } from '@graft/graph';

/** Reads and parses a graph file; `shown` is how messages name it. Throws located GraphErrors. */
export async function readGraphFile(file: string, shown = file): Promise<Graph> {
  return parseGraph(await readText(file, shown), shown);
}

/** A text file, which must be UTF-8. */
export async function readText(file: string, shown = file): Promise<string> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(cause, shown);
  });
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
        ? 'This is a folder. Give a graph file.'
        : `It cannot be read: ${cause.message}`;
  return new GraphError('missing-file', why, { location: { file }, cause });
}
