import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** Milliseconds between two beats. */
const every = 2_000;

/**
 * What the thread runs. As text, so that it needs no file of its own beside a bundle, nor a compiler. A beat that
 * finds the database busy, the disk full or no file to open is left out; the next one may succeed. It syncs what it
 * writes back of the log into the database, which it does only where beats alone have made the log long: else that is for
 * the connection that everything else is written by.
 */
const thread = `
const { parentPort, workerData } = require('node:worker_threads');
const Libsql = require(workerData.driver);
let database;
const beat = () => {
  try {
    database ??= new Libsql(workerData.path);
    database.exec('PRAGMA busy_timeout = 1000; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000');
    database.prepare('UPDATE "Lease" SET "beat" = "beat" + 1 WHERE "owner" = ?').run(workerData.owner);
  } catch {}
};
const timer = setInterval(beat, workerData.every);
parentPort.once('message', () => {
  clearInterval(timer);
  database?.close();
});
beat();
`;

/** The signs of life of the leases of an owner. */
export interface Heartbeat {
  stop(): Promise<void>;
}

/**
 * Counts up the beats of all leases of `owner` in the SQLite database at `path`, which is open and migrated. From a thread of
 * its own, so that an event loop that is busy for some seconds does not look like a dead process. The thread starts with the
 * first beat: most commands have ended before. Keeps no process from ending.
 */
export function startHeartbeat(path: string, owner: string): Heartbeat {
  const driver = createRequire(import.meta.url).resolve('libsql');
  return beatFromThread(thread, { driver, path, owner });
}

/** Starts a thread with the first beat. It beats every `workerData.every` milliseconds, and ends after a message. */
export function beatFromThread(
  source: string,
  workerData: Readonly<Record<string, string>>,
): Heartbeat {
  let stop = async (): Promise<void> => undefined;
  const timer = setTimeout(() => {
    stop = startThread(source, { ...workerData, every });
  }, every).unref();
  return {
    stop: async () => {
      clearTimeout(timer);
      await stop();
    },
  };
}

function startThread(source: string, workerData: object): () => Promise<void> {
  const worker = new Worker(source, { eval: true, workerData });
  worker.unref();
  // A machine that cannot start the thread loses its leases to whoever watches them, as if it stood still.
  worker.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      resolve();
    });
  });
  return async () => {
    worker.ref();
    worker.postMessage('stop');
    await ended;
  };
}
