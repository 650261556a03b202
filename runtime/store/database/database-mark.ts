import type { Database } from '@graft/prisma';
import type { MarkedPlace } from '../workspace-mark.ts';

/** The only row of its table. */
const slot = 'workspace';

/** A schema of Postgres, which says to which workspace it belongs. A file of SQLite is where its workspace is. */
export function markOfDatabase({ queries, shown }: Database): MarkedPlace {
  const rows = queries.selectFrom('Workspace').select('mark').where('slot', '=', slot);
  return {
    shown: `The schema of ${shown}`,
    remedy: 'Give this one a schema of its own: add ?schema=NAME to GRAFT_DATABASE.',
    read: async () => (await rows.executeTakeFirst())?.mark,
    create: async (mark) => {
      const { numInsertedOrUpdatedRows } = await queries
        .insertInto('Workspace')
        .values({ slot, mark })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    replace: async (mark) => {
      await queries
        .insertInto('Workspace')
        .values({ slot, mark })
        .onConflict((conflict) => conflict.column('slot').doUpdateSet({ mark }))
        .execute();
    },
  };
}
