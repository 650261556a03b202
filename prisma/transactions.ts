import { setTimeout as sleep } from 'node:timers/promises';
import { GraphError } from '@graft/graph';
import type { Queries } from './open-database.ts';
import { isLostConnection } from './postgres-error.ts';

/** Times that something is tried which others collide with. */
const mostTries = 10;
/** Milliseconds of the first pause, at most; each next one may be twice as long, up to a second. */
const firstPause = 10;

/**
 * Runs `work` in a transaction. The one way to do so: where Postgres ended the transaction because it collided with another
 * (a deadlock, a serialization failure), or its connection was lost, `work` is run again: it may only use `tx`, and do what
 * may be done twice. `isAgain`: the answer to the commit may have been lost, so `work` may find that it is done. SQLite has
 * one writer at a time, and never collides.
 */
export function inTransaction<T>(
  queries: Queries,
  work: (tx: Queries, isAgain: boolean) => Promise<T>,
): Promise<T> {
  let isAgain = false;
  return tryAgain(
    () => queries.transaction().execute((tx) => work(tx, isAgain)),
    async () => {
      isAgain = true;
    },
  );
}

/**
 * Tries again what Postgres undid because it collided, and what lost its connection, after `lost`. Chance keeps those who
 * collided out of step.
 */
export async function tryAgain<T>(work: () => Promise<T>, lost: () => Promise<void>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const isLost = isLostConnection(error);
      if (tries === mostTries || !(isLost || isCollision(error))) throw error;
      await sleep(Math.random() * Math.min(firstPause * 2 ** (tries - 1), 1_000));
      if (isLost) await lost();
    }
  }
}

/** Whether Postgres undid it for another's sake: `serialization_failure`, `deadlock_detected`. */
function isCollision(error: unknown): boolean {
  const cause: unknown = error instanceof GraphError ? error.cause : undefined;
  return (
    typeof cause === 'object' &&
    cause !== null &&
    'code' in cause &&
    (cause.code === '40001' || cause.code === '40P01')
  );
}
