import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** Milliseconds between two beats. */
const every = 2_000;

/**
 * What the thread runs. As text, so that it needs no file of its own beside a bundle, nor a compiler. A beat that
 * finds the database busy or the disk full is left out; the next one may succeed.
 */
const thread = `
const { parentPort, workerData } = require('node:worker_threads');
const Libsql = require(workerData.driver);
const database = new Libsql(workerData.path);
database.exec('PRAGMA busy_timeout = 1000; PRAGMA synchronous = OFF');
const attempt = (sql, ...values) => {
  try {
    database.prepare(sql).run(...values);
  } catch {}
};
const beat = () =>
  attempt(
    'INSERT INTO "Owner" ("id", "beat", "at") VALUES (?, 1, ?) ON CONFLICT ("id") DO UPDATE SET "beat" = "beat" + 1, "at" = excluded."at"',
    workerData.owner,
    Date.now(),
  );
const timer = setInterval(beat, workerData.every);
parentPort.once('message', () => {
  clearInterval(timer);
  attempt('DELETE FROM "Owner" WHERE "id" = ?', workerData.owner);
  database.close();
});
beat();
`;

/** A process's sign of life in the database. */
export interface Heartbeat {
  /** The row of a process that has said good-bye is gone. */
  stop(): Promise<void>;
}

/**
 * Beats for `owner` in the database at `path`, which is open and migrated. From a thread of its own, so that an
 * event loop that is busy for some seconds does not look like a dead process. Keeps no process from ending.
 */
export function startHeartbeat(path: string, owner: string): Heartbeat {
  const driver = createRequire(import.meta.url).resolve('libsql');
  const worker = new Worker(thread, { eval: true, workerData: { driver, path, owner, every } });
  worker.unref();
  // A machine that cannot start the thread has the process id to go by.
  worker.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      resolve();
    });
  });
  return {
    stop: async () => {
      worker.ref();
      worker.postMessage('stop');
      await ended;
    },
  };
}
