import type { Outages } from '@graft/graph';
import { openDatabase } from '@graft/prisma';
import { DatabaseActionStore } from './action-store.ts';
import type { MarkedPlace } from '../workspace-mark.ts';
import { markOfDatabase } from './database-mark.ts';
import { Leases } from './leases.ts';
import { DatabaseRunStore } from './run-store.ts';
import type { QueueParts } from './queued-step.ts';
import { tablesOf, type TableLines } from './table-rows.ts';

/** The stores in the index database. */
export interface DatabaseStores {
  readonly actions: DatabaseActionStore;
  readonly runs: DatabaseRunStore;
  readonly leases: Leases;
  /** For steps that workers of other machines compute. Absent: one machine alone has the database. */
  readonly queue?: QueueParts;
  /** Which workspace it belongs to. A file in a state folder has none. */
  readonly mark?: MarkedPlace;
  /** All that it holds, to be moved. */
  readonly tables: readonly TableLines[];
  close(): Promise<void>;
}

/** `place`: a file of SQLite, or the address of Postgres. Made or migrated as needed. See `openDatabase`. */
export async function openDatabaseStores(
  place: string,
  outages?: Outages,
): Promise<DatabaseStores> {
  const database = await openDatabase(place, outages);
  const leases = new Leases(database);
  return {
    leases,
    ...(database.notices === undefined
      ? {}
      : { queue: { queries: database.queries, notices: database.notices, leases } }),
    ...(database.kind === 'sqlite' ? {} : { mark: markOfDatabase(database) }),
    tables: tablesOf(database.queries),
    actions: new DatabaseActionStore(database.queries, leases),
    runs: new DatabaseRunStore(database.queries, leases),
    close: async () => {
      await leases.close();
      await database.close();
    },
  };
}
