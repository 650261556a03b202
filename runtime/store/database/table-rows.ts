import { inTransaction, type Queries, type Tables } from '@graft/prisma';
import { z } from 'zod';
import { chunks } from './chunks.ts';

/** Rows that are read, or written in one transaction, at a time. */
const rowsAtOnce = 200;

type TableName = 'Action' | 'Run' | 'Step' | 'LastStep' | 'Event';

/** A table as it is moved from one database to another. Leases are of processes, and stay. */
interface MovedTable<Name extends TableName> {
  readonly row: z.ZodType<Tables[Name]>;
  /** The rows after one, in the order of the key. */
  after(queries: Queries, last: Tables[Name] | undefined): Promise<Tables[Name][]>;
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
  write: (tx, rows) =>
    tx
      .insertInto('Action')
      .values([...rows])
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
      .execute(),
};

const runs: MovedTable<'Run'> = {
  row: z.strictObject({
    ...{ id: text, file: text, status: text, startedAt: number, finishedAt: numberOrNull },
    ...{ owner: text, error: textOrNull, cancelAt: numberOrNull, pinnedAt: numberOrNull },
    ...{ note: textOrNull, tags: textOrNull, scores: textOrNull, experiment: textOrNull },
    ...{ parent: textOrNull, variant: textOrNull, seed: numberOrNull, scope: textOrNull },
    ...{ graph: textOrNull, graphs: textOrNull, settings: textOrNull },
  }),
  after: (queries, last) =>
    queries
      .selectFrom('Run')
      .selectAll()
      .$if(last !== undefined, (rows) => rows.where('id', '>', last?.id ?? ''))
      .orderBy('id')
      .limit(rowsAtOnce)
      .execute(),
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
        })),
      )
      .execute(),
};

const steps: MovedTable<'Step'> = {
  row: z.strictObject({ runId: text, node: text, seq: number, version: number, summary: text }),
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
  write: (tx, rows) =>
    tx
      .insertInto('Step')
      .values([...rows])
      .onConflict((conflict) =>
        conflict.columns(['runId', 'node']).doUpdateSet((eb) => ({
          seq: eb.ref('excluded.seq'),
          version: eb.ref('excluded.version'),
          summary: eb.ref('excluded.summary'),
        })),
      )
      .execute(),
};

const lastSteps: MovedTable<'LastStep'> = {
  row: z.strictObject({ file: text, node: text, runId: text, finishedAt: number }),
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
  write: (tx, rows) =>
    tx
      .insertInto('LastStep')
      .values([...rows])
      .onConflict((conflict) =>
        conflict
          .columns(['file', 'node'])
          .doUpdateSet((eb) => ({
            runId: eb.ref('excluded.runId'),
            finishedAt: eb.ref('excluded.finishedAt'),
          }))
          .whereRef('excluded.finishedAt', '>=', 'LastStep.finishedAt'),
      )
      .execute(),
};

const events: MovedTable<'Event'> = {
  row: z.strictObject({ runId: text, seq: number, type: text, version: number, payload: text }),
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
        for (const row of rows) yield JSON.stringify(row);
        last = rows.at(-1);
        if (last === undefined) return;
      }
    },
    write: async (lines) => {
      const rows = lines.map((line) => table.row.parse(JSON.parse(line)));
      for (const slice of chunks(rows, rowsAtOnce)) {
        await inTransaction(queries, async (tx) => {
          await table.write(tx, slice);
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
