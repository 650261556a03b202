import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** MiB of the thread's own heap, which holds the rows that are handed over; the engine has its memory beside it. */
const heap = 512;
/** Bytes that the engine may take, beside those of the file: also for sorting, which would else go to files, which are in memory beside it. */
const engineHeap = 1024 ** 3;
/** Rows, and characters of them, that are handed over at a time. */
const slice = { rows: 500, length: 4_000_000 };

/**
 * The thread's code. SQLite, compiled to WebAssembly, is given the bytes of a file: it has no files of the machine, no
 * extensions and no network, so that whatever a query asks for, nothing but those bytes can be in the answer, and what it
 * would write is written nowhere. It is in UTC: 'localtime' gives the same wherever it is asked. It answers
 * `{ bytes, query, values }` with `{ columns }`, and each `next` with `{ rows, done }`; anything that goes wrong with
 * `{ failed }`.
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
const lengthOf = (row) => row.reduce((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0);
let statement;
const answers = {
  async open({ bytes, query, values }) {
    const { Database } = await loading;
    const database = new Database(bytes);
    database.exec('PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA hard_heap_limit=${String(engineHeap)}; PRAGMA query_only=ON');
    statement = database.prepare(query);
    statement.bind(values);
    return { columns: statement.getColumnNames() };
  },
  next() {
    const rows = [];
    let length = 0;
    while (rows.length < ${String(slice.rows)} && length < ${String(slice.length)}) {
      if (!statement.step()) return { rows, done: true };
      const row = statement.get(null, { useBigInt: true }).map(plain);
      length += lengthOf(row);
      rows.push(row);
    }
    return { rows, done: false };
  },
};
parentPort.on('message', async ({ ask, ...given }) => {
  try {
    parentPort.postMessage(await answers[ask](given));
  } catch (error) {
    parentPort.postMessage({ failed: String(error?.message ?? error) });
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
