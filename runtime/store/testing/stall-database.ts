import { once } from 'node:events';
import { openDatabase } from '@graft/prisma';

/**
 * Keeps everybody from recording events of the runs in a database, as a disk that stands still does, until the result is
 * called: on SQLite by a transaction, on Postgres by locks on the runs.
 */
export async function stallDatabase(place: string): Promise<() => Promise<void>> {
  const database = await openDatabase(place);
  const release = new AbortController();
  const released = once(release.signal, 'abort');
  let stalled = (): void => undefined;
  const stalling = new Promise<void>((resolve) => {
    stalled = resolve;
  });
  const holding = database.queries.transaction().execute(async (tx) => {
    await tx.selectFrom('Run').select('id').forUpdate().execute();
    stalled();
    await released;
  });
  await Promise.race([stalling, holding]);
  return async () => {
    release.abort();
    await holding;
    await database.close();
  };
}
