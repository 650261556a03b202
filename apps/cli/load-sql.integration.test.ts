import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Client, createClient } from '@libsql/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { graft } from './testing/graft-command.ts';
import { temporaryFolder } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

/** A SQLite file that a program writes, and a graph that reads it through the command. */
let folder: string;
let shop: Client;
beforeEach(async () => {
  folder = await temporaryFolder();
  shop = createClient({ url: `file:${path.join(folder, 'shop.db')}` });
  await shop.executeMultiple(`create table articles (id integer primary key, body text);
    with recursive n(x) as (select 1 union all select x + 1 from n limit 2000)
    insert into articles select x, 'Article ' || x from n;`);
  const query = 'select id, body from articles order by id';
  const params = { file: 'shop.db', query, id: 'id', textColumns: ['body'] };
  const edges = ['sql.documents -> cut.documents'];
  const text = graphText({ sql: ['load-sql', params], cut: ['chunk'] }, edges);
  await writeFile(path.join(folder, 'sql.graft.json'), text);
});
afterEach(async () => {
  shop.close();
  await rm(folder, { recursive: true });
});

const finishedSchema = z.object({
  steps: z.array(
    z.object({
      node: z.string(),
      status: z.string(),
      items: z.object({ total: z.number(), computed: z.number() }).optional(),
    }),
  ),
});

async function run() {
  const { code, stdout } = await graft(['run', 'sql.graft.json', '--json'], { cwd: folder });
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  const steps = finishedSchema.parse(last).steps.map((step) => [step.node, step] as const);
  return { code, stdout, steps: Object.fromEntries(steps) };
}

it('computes the one row of 2,000 that changed, and says that the file is in use', async () => {
  expect(await run()).toMatchObject({
    ...{ code: 0, steps: { cut: { items: { total: 2000, computed: 2000 } } } },
  });
  expect(await run()).toMatchObject({ code: 0, steps: { sql: { status: 'cached' } } });
  await shop.executeMultiple("update articles set body = 'Another' where id = 1234");
  expect(await run()).toMatchObject({
    ...{ code: 0, steps: { cut: { items: { total: 2000, computed: 1 } } } },
  });

  await shop.executeMultiple(
    "pragma journal_mode = wal; insert into articles values (9999, 'Not yet there')",
  );
  const refused = await run();
  expect(refused.code).toBe(2);
  expect(refused.stdout).toContain('shop.db is in use: shop.db-wal may hold changes');
  await shop.executeMultiple('pragma wal_checkpoint(truncate)');
  expect(await run()).toMatchObject({
    ...{ code: 0, steps: { cut: { items: { total: 2001, computed: 1 } } } },
  });
});
