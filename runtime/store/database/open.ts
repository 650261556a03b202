import { openDatabase } from '@graft/prisma';
import { DatabaseActionStore } from './action-store.ts';
import { Leases } from './leases.ts';
import { DatabaseRunStore } from './run-store.ts';

/** The stores in the index database. */
export interface DatabaseStores {
  readonly actions: DatabaseActionStore;
  readonly runs: DatabaseRunStore;
  readonly leases: Leases;
  close(): Promise<void>;
}

/** `place`: a file of SQLite, or the address of Postgres. Made or migrated as needed. Errors: see `openDatabase`. */
export async function openDatabaseStores(place: string): Promise<DatabaseStores> {
  const database = await openDatabase(place);
  const leases = new Leases(database);
  return {
    leases,
    actions: new DatabaseActionStore(database.queries, leases),
    runs: new DatabaseRunStore(database.queries, leases),
    close: async () => {
      await leases.close();
      await database.close();
    },
  };
}
