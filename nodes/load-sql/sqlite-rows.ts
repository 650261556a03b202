import type { Worker } from 'node:worker_threads';
import { type DatabaseQuery, type DatabaseRows, GraphError, type SourceFile } from '@graft/graph';
import { z } from 'zod';
import { startSqliteThread } from './sqlite-thread.ts';

/** Bytes: memory holds a database while it is queried. */
const largestFile = 512 * 1024 * 1024;

const openedSchema = z.object({ columns: z.array(z.string()) });
const rowsSchema = z.object({ rows: z.array(z.array(z.unknown())), done: z.boolean() });
const failedSchema = z.object({
  failed: z.string(),
  /** Position of bytes that are not valid text; rows count from 1. */
  badText: z.object({ row: z.number(), column: z.string() }).optional(),
});
type Failed = z.output<typeof failedSchema>;

export interface SqliteFiles {
  readonly file: SourceFile;
  /** SQLite's files beside an open database. */
  readonly beside: readonly SourceFile[];
}

/** Rows of a query on a SQLite file; values of bytes are undefined. */
export async function* sqliteRows(
  files: SqliteFiles,
  query: DatabaseQuery,
): AsyncGenerator<DatabaseRows> {
  const { file } = files;
  if (file.size > largestFile) {
    throw new GraphError(
      'too-large',
      `${file.path} has more than 512 MiB. Make a copy with only the tables you need, and query that.`,
      {
        location: { file: file.path, param: 'file' },
      },
    );
  }
  await requireSettled(files);
  const bytes = await contentOf(file);
  query.signal.throwIfAborted();
  const thread = new QueryThread(file.path, query);
  try {
    const { text, values } = query;
    const opening = { ask: 'open', bytes, query: text, values };
    // Transferred, not copied.
    const { columns } = openedSchema.parse(await thread.ask(opening, [bytes.buffer]));
    for (let done = false; !done;) {
      const answer = rowsSchema.parse(await thread.ask({ ask: 'next' }));
      yield { columns, rows: answer.rows };
      ({ done } = answer);
    }
  } finally {
    await thread.end();
  }
}

/** A whole file in one buffer. */
async function contentOf(file: SourceFile): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(file.size);
  let at = 0;
  for await (const piece of file.stream()) {
    // If the file has grown meanwhile, it is refused at the end of reading.
    const fitting = piece.subarray(0, bytes.length - at);
    bytes.set(fitting, at);
    at += fitting.length;
  }
  return bytes;
}

/** Throws if a program has the database open with changes that it has not yet written into it. */
async function requireSettled({ file, beside }: SqliteFiles): Promise<void> {
  for (const other of beside) {
    if (other.size === 0 || !(await hasContent(other))) continue;
    throw new GraphError(
      'bad-input',
      `${file.path} is in use: ${other.path} may hold changes that the file lacks. Close the program that writes it, or run PRAGMA wal_checkpoint(TRUNCATE) there, then run again.`,
      { location: { file: file.path, param: 'file' } },
    );
  }
}

/** SQLite may keep a finished journal with a head of zeros. */
async function hasContent(file: SourceFile): Promise<boolean> {
  for await (const piece of file.stream()) return piece.subarray(0, 8).some((byte) => byte !== 0);
  return false;
}

/** The thread of one query. Ends it if the query exceeds its time or the signal aborts. */
class QueryThread {
  readonly #thread: Worker = startSqliteThread();
  readonly #path: string;
  readonly #query: DatabaseQuery;
  /** Milliseconds of work left. */
  #left: number;

  constructor(path: string, query: DatabaseQuery) {
    this.#path = path;
    this.#query = query;
    this.#left = query.seconds * 1000;
  }

  ask(question: object, handedOver: readonly ArrayBuffer[] = []): Promise<unknown> {
    const { signal, seconds } = this.#query;
    const thread = this.#thread;
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const settle = (done: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        thread.off('message', read).off('error', broken);
        this.#left -= performance.now() - began;
        done();
      };
      const abort = (): void => settle(() => reject(signal.reason));
      const timer = setTimeout(
        () => {
          settle(() =>
            reject(
              refused(`The query takes more than ${seconds} s. Simplify it, or raise the timeout.`),
            ),
          );
        },
        Math.max(1, this.#left),
      );
      const read = (answer: unknown): void => {
        const { data } = failedSchema.safeParse(answer);
        settle(() => {
          if (data === undefined) resolve(answer);
          else reject(failure(data, this.#path));
        });
      };
      const broken = (error: Error): void => {
        const full = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        settle(() => reject(full ? failure({ failed: 'out of memory' }, this.#path) : error));
      };
      signal.addEventListener('abort', abort);
      thread.on('message', read).on('error', broken);
      thread.postMessage(question, handedOver);
    });
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }
}

function failure({ failed: reason, badText }: Failed, path: string): GraphError {
  const location = { file: path };
  if (badText !== undefined) {
    return new GraphError(
      'bad-encoding',
      `Row ${badText.row} of the query has text in "${badText.column.slice(0, 100)}" that is not UTF-8. Exclude the column or the row, or convert the database to UTF-8.`,
      { location: { ...location, param: 'query' } },
    );
  }
  if (/not a database|malformed|disk image/i.test(reason)) {
    return new GraphError(
      'damaged-file',
      `${path} is not a SQLite database, or is damaged (${reason}). Choose another file.`,
      {
        location: { ...location, param: 'file' },
      },
    );
  }
  if (/out of memory|too big/i.test(reason)) {
    return new GraphError(
      'too-large',
      `The query exceeds its memory limit (${reason}). Select fewer rows or columns.`,
      {
        location: { ...location, param: 'query' },
      },
    );
  }
  if (/readonly|read-only/i.test(reason)) {
    return refused(
      `The query writes to the database (${reason}). Graft runs only queries that read.`,
    );
  }
  return refused(`SQLite refused the query on ${path}: ${reason}. Correct the query.`);
}

function refused(message: string): GraphError {
  return new GraphError('bad-param', message, { location: { param: 'query' } });
}
