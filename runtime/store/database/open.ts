import { openDatabase } from '@graft/prisma';
import { PrismaActionStore } from './action-store.ts';
import { PrismaRunStore } from './run-store.ts';

/** The stores in the index database, which is made or migrated as needed. Errors: see `openDatabase`. */
export async function openDatabaseStores(
  dbPath: string,
): Promise<{ actions: PrismaActionStore; runs: PrismaRunStore; close(): Promise<void> }> {
  const database = await openDatabase(dbPath);
  return {
    actions: new PrismaActionStore(database),
    runs: new PrismaRunStore(database),
    close: () => database.close(),
  };
}
