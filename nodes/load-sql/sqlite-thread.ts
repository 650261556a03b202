import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** MiB of the thread's own heap, which holds transferred rows; the engine has separate memory. */
const heap = 512;
/** Bytes for the engine, beyond those of the file: also for sorting, whose temporary files are in this memory too. */
const engineHeap = 1024 ** 3;
/** Rows, and their characters, transferred at a time. */
const slice = { rows: 500, length: 4_000_000 };

/**
 * The thread's code. SQLite, compiled to WebAssembly, receives the bytes of a file. It has no access to the machine's
 * files, extensions or network, so that an answer can contain only those bytes, and writes go nowhere. It uses UTC:
 * 'localtime' is the same everywhere. It answers `{ bytes, query, values }` with `{ columns }`, and each `next` with `{
 * rows, done }`; a failure with `{ failed }`, and for an invalid text also `{ badText }`.
 */
const code = `
const { parentPort, workerData } = require('node:worker_threads');
for (const name of ['FullYear', 'Month', 'Date', 'Day', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']) {
  Date.prototype['get' + name] = Date.prototype['getUTC' + name];
}
Date.prototype.getTimezoneOffset = () => 0;
const loading = require(workerData)();
const plain = (value) => {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  // Infinity is no number of JSON.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value instanceof Uint8Array ? undefined : value;
};
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// The library takes a text to end at its first zero, and makes letters of bytes that are none.
const textAt = (column) => {
  try {
    return utf8.decode(statement.getBlob(column));
  } catch {
    throw { badText: { row: row + 1, column: columns[column] } };
  }
};
const hasPlaces = (count) => {
  try {
    return statement.bind(Array(count).fill(0));
  } catch {
    return false;
  }
};
const lengthOf = (row) => row.reduce((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0);
let statement;
let columns = [];
let row = 0;
const answers = {
  async open({ bytes, query, values }) {
    const { Database } = await loading;
    const database = new Database(bytes);
    database.exec('PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA hard_heap_limit=${String(engineHeap)}; PRAGMA query_only=ON');
    statement = database.prepare(query);
    const count = values.length;
    if (!hasPlaces(count)) throw new Error('it has fewer places than values are given: ' + count);
    // A place without a value would be nothing, and so would mostly what is found.
    if (hasPlaces(count + 1)) throw new Error('it has more places for values than are given: ' + count);
    statement.bind(values);
    columns = statement.getColumnNames();
    return { columns };
  },
  next() {
    const rows = [];
    let length = 0;
    while (rows.length < ${String(slice.rows)} && length < ${String(slice.length)}) {
      if (!statement.step()) return { rows, done: true };
      const values = statement.get(null, { useBigInt: true });
      rows.push(values.map((value, at) => (typeof value === 'string' ? textAt(at) : plain(value))));
      length += lengthOf(rows.at(-1));
      row += 1;
    }
    return { rows, done: false };
  },
};
parentPort.on('message', async ({ ask, ...given }) => {
  try {
    parentPort.postMessage(await answers[ask](given));
  } catch (error) {
    parentPort.postMessage({ failed: String(error?.message ?? error), badText: error?.badText });
  }
});
`;

/** A thread for one query. */
export function startSqliteThread(): Worker {
  return new Worker(code, {
    eval: true,
    workerData: createRequire(import.meta.url).resolve('sql.js'),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heap },
  });
}
