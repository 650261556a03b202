import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { openDatabase } from './database.ts';
import { inTransaction } from './transactions.ts';

const server = await startPostgres();
afterAll(() => server?.stop());

const title = `notices${server === undefined ? ` (${noPostgres})` : ''}`;
describe.skipIf(server === undefined)(title, () => {
  const open = (schema: string) => {
    const url = new URL(server?.address ?? 'postgres://none');
    url.searchParams.set('schema', schema);
    return openDatabase(url.href);
  };

  it('reach those of their schema when their transaction commits, also over a new connection', async () => {
    await using database = await open('ours');
    await using other = await open('others');
    const { notices, queries } = database;
    if (notices === undefined) throw new Error('no notices');
    const heard: (string | undefined)[] = [];
    await using _listening = notices.listen((text) => heard.push(text));
    await expect.poll(() => heard).toEqual([undefined]);

    await other.notices?.send(other.queries, 'not for us');
    const refused = inTransaction(queries, async (tx) => {
      await notices.send(tx, 'undone');
      throw new Error('undone');
    });
    await expect(refused).rejects.toThrow('undone');
    await inTransaction(queries, (tx) => notices.send(tx, 'one'));
    await expect.poll(() => heard).toEqual([undefined, 'one']);

    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'graft notices'`.execute(
      queries,
    );
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual([undefined, 'one', undefined]);
    await notices.send(queries, 'two');
    await expect.poll(() => heard.at(-1)).toBe('two');
  });
});
