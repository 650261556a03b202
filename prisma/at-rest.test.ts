import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { mountReadOnly } from '@graft/kit/testing';
import { openDatabase } from './database.ts';

it('reads what another process writes meanwhile', async ({ skip }) => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-prisma-'));
  await using writer = await openDatabase(join(folder, 'graft.db'));
  await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(writer.queries);
  const mounted = mountReadOnly(folder);
  if (mounted === undefined) return skip('mounting read-only needs root');
  try {
    await using reader = await openDatabase(join(mounted.folder, 'graft.db'));
    const tables = () => sql`SELECT count(*) AS n FROM sqlite_schema`.execute(reader.queries);
    const before = (await tables()).rows;
    await sql`CREATE TABLE later (x)`.execute(writer.queries);
    expect((await tables()).rows).not.toEqual(before);
  } finally {
    mounted.unmount();
    await rm(folder, { recursive: true, force: true });
  }
});
