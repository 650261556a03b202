import { openDatabase, startHeartbeat, type Heartbeat } from '@graft/prisma';
import { DatabaseActionStore } from './action-store.ts';
import { DatabaseRunStore } from './run-store.ts';

/** The stores in the index database. */
export interface DatabaseStores {
  readonly actions: DatabaseActionStore;
  readonly runs: DatabaseRunStore;
  /** Gives signs of life for the owner of runs. */
  beat(owner: string): Heartbeat;
  close(): Promise<void>;
}

/** The database is made or migrated as needed. Errors: see `openDatabase`. */
export async function openDatabaseStores(dbPath: string): Promise<DatabaseStores> {
  const database = await openDatabase(dbPath);
  return {
    actions: new DatabaseActionStore(database.queries),
    runs: new DatabaseRunStore(database.queries),
    beat: (owner) => startHeartbeat(database.path, owner),
    close: () => database.close(),
  };
}
