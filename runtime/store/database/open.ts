import { openDatabase } from '@graft/prisma';
import { DatabaseActionStore } from './action-store.ts';
import { DatabaseRunStore } from './run-store.ts';

/** The stores in the index database, which is made or migrated as needed. Errors: see `openDatabase`. */
export async function openDatabaseStores(
  dbPath: string,
): Promise<{ actions: DatabaseActionStore; runs: DatabaseRunStore; close(): Promise<void> }> {
  const database = await openDatabase(dbPath);
  return {
    actions: new DatabaseActionStore(database.queries),
    runs: new DatabaseRunStore(database.queries),
    close: () => database.close(),
  };
}
