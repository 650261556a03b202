import { inTransaction, type Queries, type Tables } from '@graft/prisma';
import {
  GraphError,
  readStored,
  storedActionOutputs,
  storedVersion,
  type ActionRecord,
  type ActionStore,
} from '@graft/graph';
import { chunks } from './chunks.ts';
import { GroupCommit } from './group-commit.ts';
import { stepLeaseOf } from './lease-insertion.ts';
import type { Leases } from './leases.ts';

const keysPerQuery = 1_000;
const rowsPerInsert = 500;
/** `usedAt` is kept at this resolution (ms), so that repeated runs do not rewrite every row. */
const touchEveryMs = 60_000;

type Row = Tables['Action'];

/**
 * Cache records in the database. Simultaneous `putMany` calls share a transaction, which gives back the leases of the
 * recorded steps: who takes one next finds the record.
 */
export class DatabaseActionStore implements ActionStore {
  readonly #queries: Queries;
  readonly #leases: Leases;
  readonly #writes: GroupCommit<ActionRecord>;

  constructor(queries: Queries, leases: Leases) {
    this.#queries = queries;
    this.#leases = leases;
    this.#writes = new GroupCommit((records) => this.#insert(records));
  }

  async getMany(keys: readonly string[]): Promise<Map<string, ActionRecord>> {
    const found = new Map<string, ActionRecord>();
    for (const slice of chunks([...new Set(keys)], keysPerQuery)) {
      const rows = await this.#queries
        .selectFrom('Action')
        .selectAll()
        .where('key', 'in', slice)
        .execute();
      for (const row of rows) {
        const record = recordOf(row);
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
    for (const slice of chunks(keys, keysPerQuery)) {
      await this.#queries
        .updateTable('Action')
        .set({ usedAt: now })
        .where('usedAt', '<', now - touchEveryMs)
        .where('key', 'in', slice)
        .execute();
    }
  }

  async *list(): AsyncGenerator<ActionRecord & { usedAt: number }, void, undefined> {
    let after = '';
    for (;;) {
      const rows = await this.#queries
        .selectFrom('Action')
        .selectAll()
        .where('key', '>', after)
        .orderBy('key')
        .limit(keysPerQuery)
        .execute();
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
    for (const slice of chunks(keys, keysPerQuery)) {
      await this.#queries.deleteFrom('Action').where('key', 'in', slice).execute();
    }
  }

  async #insert(records: readonly ActionRecord[]): Promise<void> {
    // A statement must not name a key twice; the later record counts.
    const byKey = new Map(records.map((record) => [record.key, record]));
    // In one order, so that no two processes wait for each other.
    const latest = [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const now = Date.now();
    const released = await inTransaction(this.#queries, async (tx) => {
      for (const slice of chunks(latest, rowsPerInsert)) await upsert(tx, slice, now);
      const names = latest.map(({ key }) => stepLeaseOf(key));
      return this.#leases.releaseWithin(tx, names);
    });
    released();
  }
}

async function upsert(tx: Queries, records: readonly ActionRecord[], now: number): Promise<void> {
  const rows = records.map(({ key, nodeType, outputs, items, ms, createdAt }) => ({
    key,
    nodeType,
    version: storedVersion(storedActionOutputs),
    outputs: JSON.stringify(outputs),
    items: items ?? null,
    ms,
    createdAt,
    usedAt: now,
  }));
  await upsertActionRows(tx, rows);
}

/** Writes rows of actions, of which none names a key twice; those that are there become as these are. */
export async function upsertActionRows(
  tx: Queries,
  rows: readonly Tables['Action'][],
): Promise<void> {
  await tx
    .insertInto('Action')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({
        nodeType: eb.ref('excluded.nodeType'),
        version: eb.ref('excluded.version'),
        outputs: eb.ref('excluded.outputs'),
        items: eb.ref('excluded.items'),
        ms: eb.ref('excluded.ms'),
        createdAt: eb.ref('excluded.createdAt'),
        usedAt: eb.ref('excluded.usedAt'),
      })),
    )
    .execute();
}

/** Undefined if the outputs cannot be read: the step is then recomputed and the record replaced. */
function recordOf(row: Row): ActionRecord | undefined {
  let outputs: ActionRecord['outputs'];
  try {
    outputs = readStored(storedActionOutputs, { version: row.version, text: row.outputs });
  } catch (error) {
    if (error instanceof GraphError) return undefined;
    throw error;
  }
  return {
    key: row.key,
    nodeType: row.nodeType,
    outputs,
    ...(row.items === null ? {} : { items: row.items }),
    ms: row.ms,
    createdAt: row.createdAt,
  };
}
