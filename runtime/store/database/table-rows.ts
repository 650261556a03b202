import { inTransaction, type Queries, type Tables } from '@graft/prisma';
import { z } from 'zod';
import { upsertActionRows } from './action-store.ts';
import { chunks } from './chunks.ts';
import { upsertLastStepRows, upsertStepRows } from './event-rows.ts';

/** Rows that are read, or written in one transaction, at a time. */
const rowsAtOnce = 200;

type TableName = 'Action' | 'Run' | 'Step' | 'LastStep' | 'Event';

/** A table as it is moved from one database to another. Leases are of processes, and stay. */
interface MovedTable<Name extends TableName> {
  readonly row: z.ZodType<Tables[Name]>;
  /** The rows after one, in the order of the key. */
  after(queries: Queries, last: Tables[Name] | undefined): Promise<Tables[Name][]>;
  /** The run that a row belongs to. */
  readonly runOf?: (row: Tables[Name]) => string;
  /** Rows that are there already become as these are. */
  write(tx: Queries, rows: readonly Tables[Name][]): Promise<unknown>;
}

const text = z.string();
const number = z.number();
const textOrNull = text.nullable();
const numberOrNull = number.nullable();

const actions: MovedTable<'Action'> = {
  row: z.strictObject({
    ...{ key: text, nodeType: text, version: number, outputs: text, items: numberOrNull },
    ...{ ms: number, createdAt: number, usedAt: number },
  }),
  after: (queries, last) =>
    queries
      .selectFrom('Action')
      .selectAll()
      .$if(last !== undefined, (rows) => rows.where('key', '>', last?.key ?? ''))
      .orderBy('key')
      .limit(rowsAtOnce)
      .execute(),
  write: upsertActionRows,
};

const runs: MovedTable<'Run'> = {
  row: z.strictObject({
    ...{ id: text, file: text, status: text, startedAt: number, finishedAt: numberOrNull },
    ...{ owner: text, error: textOrNull, cancelAt: numberOrNull, pinnedAt: numberOrNull },
    ...{ note: textOrNull, tags: textOrNull, scores: textOrNull, experiment: textOrNull },
    ...{ parent: textOrNull, variant: textOrNull, seed: numberOrNull, scope: textOrNull },
    ...{ graph: textOrNull, graphs: textOrNull, settings: textOrNull },
    // Absent in archives of earlier versions.
    ...{ options: textOrNull.default(null), takeovers: numberOrNull.default(null) },
  }),
  // Variants after the runs of their experiments, which they refer to.
  after: async (queries, last) => {
    const isVariant = last !== undefined && last.parent !== null;
    const top = isVariant ? [] : await runsAfter(queries, last?.id, 'is');
    return top.length > 0 ? top : runsAfter(queries, isVariant ? last.id : undefined, 'is not');
  },
  write: (tx, rows) =>
    tx
      .insertInto('Run')
      .values([...rows])
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({
          file: eb.ref('excluded.file'),
          status: eb.ref('excluded.status'),
          startedAt: eb.ref('excluded.startedAt'),
          finishedAt: eb.ref('excluded.finishedAt'),
          owner: eb.ref('excluded.owner'),
          error: eb.ref('excluded.error'),
          cancelAt: eb.ref('excluded.cancelAt'),
          pinnedAt: eb.ref('excluded.pinnedAt'),
          note: eb.ref('excluded.note'),
          tags: eb.ref('excluded.tags'),
          scores: eb.ref('excluded.scores'),
          experiment: eb.ref('excluded.experiment'),
          parent: eb.ref('excluded.parent'),
          variant: eb.ref('excluded.variant'),
          seed: eb.ref('excluded.seed'),
          scope: eb.ref('excluded.scope'),
          graph: eb.ref('excluded.graph'),
          graphs: eb.ref('excluded.graphs'),
          settings: eb.ref('excluded.settings'),
          options: eb.ref('excluded.options'),
          takeovers: eb.ref('excluded.takeovers'),
        })),
      )
      .execute(),
};

function runsAfter(
  queries: Queries,
  last: string | undefined,
  parentIs: 'is' | 'is not',
): Promise<Tables['Run'][]> {
  return queries
    .selectFrom('Run')
    .selectAll()
    .where('parent', parentIs, null)
    .$if(last !== undefined, (rows) => rows.where('id', '>', last ?? ''))
    .orderBy('id')
    .limit(rowsAtOnce)
    .execute();
}

const steps: MovedTable<'Step'> = {
  row: z.strictObject({ runId: text, node: text, seq: number, version: number, summary: text }),
  runOf: ({ runId }) => runId,
  after: (queries, last) =>
    queries
      .selectFrom('Step')
      .selectAll()
      .$if(last !== undefined, (rows) =>
        rows.where((eb) =>
          eb(eb.refTuple('runId', 'node'), '>', eb.tuple(last?.runId ?? '', last?.node ?? '')),
        ),
      )
      .orderBy('runId')
      .orderBy('node')
      .limit(rowsAtOnce)
      .execute(),
  write: upsertStepRows,
};

const lastSteps: MovedTable<'LastStep'> = {
  row: z.strictObject({ file: text, node: text, runId: text, finishedAt: number }),
  runOf: ({ runId }) => runId,
  after: (queries, last) =>
    queries
      .selectFrom('LastStep')
      .selectAll()
      .$if(last !== undefined, (rows) =>
        rows.where((eb) =>
          eb(eb.refTuple('file', 'node'), '>', eb.tuple(last?.file ?? '', last?.node ?? '')),
        ),
      )
      .orderBy('file')
      .orderBy('node')
      .limit(rowsAtOnce)
      .execute(),
  write: upsertLastStepRows,
};

const events: MovedTable<'Event'> = {
  row: z.strictObject({ runId: text, seq: number, type: text, version: number, payload: text }),
  runOf: ({ runId }) => runId,
  after: (queries, last) =>
    queries
      .selectFrom('Event')
      .selectAll()
      .$if(last !== undefined, (rows) =>
        rows.where((eb) =>
          eb(eb.refTuple('runId', 'seq'), '>', eb.tuple(last?.runId ?? '', last?.seq ?? 0)),
        ),
      )
      .orderBy('runId')
      .orderBy('seq')
      .limit(rowsAtOnce)
      .execute(),
  write: (tx, rows) =>
    tx
      .insertInto('Event')
      .values([...rows])
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
};

/** A run that was pruned while its state was written has left rows without it. */
async function ofKnownRuns<Row>(
  tx: Queries,
  rows: readonly Row[],
  runOf: ((row: Row) => string) | undefined,
): Promise<readonly Row[]> {
  if (runOf === undefined) return rows;
  const ids = [...new Set(rows.map(runOf))];
  const runs = await tx.selectFrom('Run').select('id').where('id', 'in', ids).execute();
  const known = new Set(runs.map(({ id }) => id));
  return rows.filter((row) => known.has(runOf(row)));
}

/** A table with its rows as lines of JSON. */
export interface TableLines {
  readonly name: TableName;
  lines(): AsyncGenerator<string, void, undefined>;
  /** Writes lines that `lines` gave, some hundreds in one transaction. Throws where a line is none of this table's. */
  write(lines: readonly string[]): Promise<void>;
  count(): Promise<number>;
}

/** The tables that hold the state, those first that others refer to. */
export function tablesOf(queries: Queries): readonly TableLines[] {
  const linesOf = <Name extends TableName>(name: Name, table: MovedTable<Name>): TableLines => ({
    name,
    async *lines() {
      let last: Tables[Name] | undefined;
      for (;;) {
        const rows = await table.after(queries, last);
        // In one order of columns, which differs between databases: equal rows give equal lines.
        for (const row of rows) yield JSON.stringify(table.row.parse(row));
        last = rows.at(-1);
        if (last === undefined) return;
      }
    },
    write: async (lines) => {
      const rows = lines.map((line) => table.row.parse(JSON.parse(line)));
      for (const slice of chunks(rows, rowsAtOnce)) {
        await inTransaction(queries, async (tx) => {
          const kept = await ofKnownRuns(tx, slice, table.runOf);
          if (kept.length > 0) await table.write(tx, kept);
        });
      }
    },
    count: async () => {
      const counted = queries.selectFrom<TableName>(name).select((eb) => eb.fn.countAll().as('n'));
      return Number((await counted.executeTakeFirstOrThrow()).n);
    },
  });
  return [
    linesOf('Action', actions),
    linesOf('Run', runs),
    linesOf('Step', steps),
    linesOf('LastStep', lastSteps),
    linesOf('Event', events),
  ];
}
