import { openDatabase, startHeartbeat, type Heartbeat } from '@graft/prisma';
import { DatabaseActionStore } from './action-store.ts';
import { DatabaseRunStore } from './run-store.ts';

export { reconcileRuns } from '../reconcile-runs.ts';
export { DatabaseActionStore, DatabaseRunStore };

/** The stores in the index database. */
export interface DatabaseStores {
  readonly actions: DatabaseActionStore;
  readonly runs: DatabaseRunStore;
  /** Starts the heartbeat of an owner of runs. */
  beat(owner: string): Heartbeat;
  close(): Promise<void>;
}

/** Opens the index database, and creates or migrates it first if needed. Errors: see `openDatabase`. */
export async function openDatabaseStores(dbPath: string): Promise<DatabaseStores> {
  const database = await openDatabase(dbPath);
  return {
    actions: new DatabaseActionStore(database.queries),
    runs: new DatabaseRunStore(database.queries),
    beat: (owner) => startHeartbeat(database.path, owner),
    close: () => database.close(),
  };
}
