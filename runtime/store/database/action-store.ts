import { Prisma, type Database } from '@graft/prisma';
import { artifactRefSchema, type ActionRecord, type ActionStore } from '@graft/graph';
import { z } from 'zod';
import { chunks } from './chunks.ts';
import { GroupCommit } from './group-commit.ts';

const keysPerQuery = 1_000;
const rowsPerInsert = 500;
/** `usedAt` is kept at this resolution (ms), so that repeated runs do not rewrite every row. */
const touchEveryMs = 60_000;

const outputsSchema = z.record(z.string(), artifactRefSchema);
const rowSchema = z.object({
  key: z.string(),
  nodeType: z.string(),
  outputs: z.string(),
  items: z.number().nullable(),
  ms: z.number(),
  createdAt: z.number(),
  usedAt: z.number(),
});
type Row = z.infer<typeof rowSchema>;

/** Cache records in the database. `putMany` calls that meet share a transaction. */
export class PrismaActionStore implements ActionStore {
  readonly #database: Database;
  readonly #writes: GroupCommit<ActionRecord>;

  constructor(database: Database) {
    this.#database = database;
    this.#writes = new GroupCommit((records) => this.#insert(records));
  }

  async getMany(keys: readonly string[]): Promise<Map<string, ActionRecord>> {
    const found = new Map<string, ActionRecord>();
    for (const some of chunks([...new Set(keys)], keysPerQuery)) {
      const rows = await this.#database.rows(
        Prisma.sql`SELECT * FROM "Action" WHERE "key" IN (${Prisma.join(some)})`,
      );
      for (const row of rows) {
        const record = recordOf(rowSchema.parse(row));
        if (record !== undefined) found.set(record.key, record);
      }
    }
    return found;
  }

  putMany(records: readonly ActionRecord[]): Promise<void> {
    return this.#writes.write(records);
  }

  async touch(keys: readonly string[]): Promise<void> {
    const now = Date.now();
    for (const some of chunks(keys, keysPerQuery)) {
      await this.#database.transact([
        Prisma.sql`UPDATE "Action" SET "usedAt" = ${now} WHERE "usedAt" < ${now - touchEveryMs} AND "key" IN (${Prisma.join(some)})`,
      ]);
    }
  }

  async *list(): AsyncGenerator<ActionRecord & { usedAt: number }, void, undefined> {
    let after = '';
    for (;;) {
      const from = after;
      const rows = await this.#database.attempt((client) =>
        client.action.findMany({
          where: { key: { gt: from } },
          orderBy: { key: 'asc' },
          take: keysPerQuery,
        }),
      );
      for (const row of rows) {
        const record = recordOf(row);
        if (record !== undefined) yield { ...record, usedAt: row.usedAt };
      }
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.key;
    }
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    for (const some of chunks(keys, keysPerQuery)) {
      await this.#database.attempt((client) =>
        client.action.deleteMany({ where: { key: { in: [...some] } } }),
      );
    }
  }

  async #insert(records: readonly ActionRecord[]): Promise<void> {
    // One statement must not name a key twice; the later record counts.
    const latest = [...new Map(records.map((record) => [record.key, record])).values()];
    const now = Date.now();
    await this.#database.transact(
      [...chunks(latest, rowsPerInsert)].map((some) => insertStatement(some, now)),
    );
  }
}

function insertStatement(records: readonly ActionRecord[], now: number): Prisma.Sql {
  const rows = records.map(
    ({ key, nodeType, outputs, items, ms, createdAt }) =>
      Prisma.sql`(${key}, ${nodeType}, ${JSON.stringify(outputs)}, ${items ?? null}, ${ms}, ${createdAt}, ${now})`,
  );
  return Prisma.sql`INSERT INTO "Action" ("key", "nodeType", "outputs", "items", "ms", "createdAt", "usedAt")
    VALUES ${Prisma.join(rows)}
    ON CONFLICT ("key") DO UPDATE SET "nodeType" = excluded."nodeType", "outputs" = excluded."outputs",
      "items" = excluded."items", "ms" = excluded."ms", "createdAt" = excluded."createdAt", "usedAt" = excluded."usedAt"`;
}

/** Undefined where the outputs cannot be read: the step is then recomputed and the record replaced. */
function recordOf(row: Row): ActionRecord | undefined {
  let outputs: unknown;
  try {
    outputs = JSON.parse(row.outputs);
  } catch {
    return undefined;
  }
  const parsed = outputsSchema.safeParse(outputs);
  if (!parsed.success) return undefined;
  return {
    key: row.key,
    nodeType: row.nodeType,
    // exactOptionalPropertyTypes: a parsed reference has no `undefined` where it has no value.
    outputs: parsed.data,
    ...(row.items === null ? {} : { items: row.items }),
    ms: row.ms,
    createdAt: row.createdAt,
  };
}
