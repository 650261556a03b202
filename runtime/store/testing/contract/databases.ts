import { afterAll, afterEach } from 'vitest';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { join } from 'node:path';
import { temporaryFolder } from './temporary.ts';

/** A kind of database that the suites run on. */
export interface DatabaseForm {
  readonly name: string;
  /** Why its tests are skipped; undefined: they run. */
  readonly missing: string | undefined;
  /** Where a new, empty one is, as `openDatabase` takes it. */
  place(): Promise<string>;
  /** Closes what a test has opened, when it ends. */
  closing<T extends { close(): Promise<void> }>(opened: T): T;
}

/** Every kind of database that Graft keeps its state in. To be called once, at the top of a test file. */
export async function databaseForms(): Promise<readonly DatabaseForm[]> {
  const server = await startPostgres();
  const opened = new Set<{ close(): Promise<void> }>();
  const closing = <T extends { close(): Promise<void> }>(each: T): T => {
    opened.add(each);
    return each;
  };
  // A pool of connections each: the server has room for some of them at once.
  afterEach(async () => {
    for (const each of opened) await each.close();
    opened.clear();
  });
  afterAll(async () => {
    await server?.stop();
  });
  let schemas = 0;
  return [
    {
      ...{ name: 'SQLite', missing: undefined, closing },
      place: async () => join(await temporaryFolder(), 'graft.db'),
    },
    {
      name: 'Postgres',
      missing: server === undefined ? noPostgres : undefined,
      closing,
      place: async () => {
        const url = new URL(server?.address ?? '');
        schemas += 1;
        url.searchParams.set('schema', `graft_${process.pid}_${Date.now()}_${schemas}`);
        return url.href;
      },
    },
  ];
}
