import type { Queries, Tables } from '@graft/prisma';
import {
  GraphError,
  runEventSchema,
  runStatusSchema,
  stepSummarySchema,
  type RunEvent,
  type RunRecord,
  type RunStatus,
  type StepSummary,
} from '@graft/graph';
import { unknownRun, type RunJournal } from '../run-journal.ts';
import { insertEvents, type EventEntry } from './event-rows.ts';
import { GroupCommit } from './group-commit.ts';

type RunRow = Tables['Run'];

const unfinishedStatuses: readonly RunStatus[] = ['queued', 'running'];

/** Runs in the database. `append` calls that meet share a transaction. */
export class DatabaseRunStore implements RunJournal {
  readonly #queries: Queries;
  readonly #writes: GroupCommit<EventEntry>;

  constructor(queries: Queries) {
    this.#queries = queries;
    this.#writes = new GroupCommit((entries) =>
      queries.transaction().execute((tx) => insertEvents(tx, entries)),
    );
  }

  async create(run: RunRecord): Promise<void> {
    await this.#queries.insertInto('Run').values(run).execute();
  }

  async finish(
    id: string,
    end: { status: RunStatus; finishedAt: number; error?: string },
  ): Promise<void> {
    const { numUpdatedRows } = await this.#queries
      .updateTable('Run')
      .set({ status: end.status, finishedAt: end.finishedAt, error: end.error ?? null })
      .where('id', '=', id)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw unknownRun(id);
  }

  async get(id: string): Promise<RunRecord | undefined> {
    const row = await this.#queries
      .selectFrom('Run')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? undefined : runOf(row);
  }

  async list({ file, limit }: { file?: string; limit: number }): Promise<RunRecord[]> {
    const rows = await this.#queries
      .selectFrom('Run')
      .selectAll()
      .$if(file !== undefined, (query) => query.where('file', '=', file ?? ''))
      .orderBy('startedAt', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(runOf);
  }

  async unfinished(): Promise<RunRecord[]> {
    const rows = await this.#queries
      .selectFrom('Run')
      .selectAll()
      .where('status', 'in', unfinishedStatuses)
      .orderBy('startedAt')
      .orderBy('id')
      .execute();
    return rows.map(runOf);
  }

  append(runId: string, events: readonly RunEvent[]): Promise<void> {
    return this.#writes.write(events.map((event) => ({ runId, event })));
  }

  async events(runId: string, after: number, limit: number): Promise<RunEvent[]> {
    const rows = await this.#queries
      .selectFrom('Event')
      .select('payload')
      .where('runId', '=', runId)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map((row) => runEventSchema.parse(JSON.parse(row.payload)));
  }

  async steps(runId: string): Promise<StepSummary[]> {
    const rows = await this.#queries
      .selectFrom('Step')
      .select('summary')
      .where('runId', '=', runId)
      .orderBy('seq')
      .execute();
    return stepsOf(rows);
  }

  async lastSteps(file: string): Promise<Map<string, StepSummary>> {
    const rows = await this.#queries
      .selectFrom('LastStep as l')
      .innerJoin('Step as s', (join) =>
        join.onRef('s.runId', '=', 'l.runId').onRef('s.node', '=', 'l.node'),
      )
      .select('s.summary')
      .where('l.file', '=', file)
      .execute();
    return new Map(stepsOf(rows).map((step) => [step.node, step]));
  }

  async pinned(): Promise<Set<string>> {
    const rows = await this.#queries
      .selectFrom('Run as r')
      .innerJoin('Step as s', 's.runId', 'r.id')
      .select('s.summary')
      .where('r.status', 'in', unfinishedStatuses)
      .execute();
    return new Set(
      stepsOf(rows).flatMap((step) => Object.values(step.outputs).map((output) => output.digest)),
    );
  }
}

function stepsOf(rows: readonly { readonly summary: string }[]): StepSummary[] {
  return rows.map((row) => stepSummarySchema.parse(JSON.parse(row.summary)));
}

function runOf(row: RunRow): RunRecord {
  const status = runStatusSchema.safeParse(row.status);
  if (!status.success) {
    throw new GraphError(
      'newer-format',
      `Run ${row.id} has a status that this Graft does not know: "${row.status}". Update Graft.`,
    );
  }
  return {
    id: row.id,
    file: row.file,
    status: status.data,
    startedAt: row.startedAt,
    ...(row.finishedAt === null ? {} : { finishedAt: row.finishedAt }),
    owner: row.owner,
    ...(row.error === null ? {} : { error: row.error }),
  };
}
