import { Prisma, type Database } from '@graft/prisma';
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
import { z } from 'zod';
import { unknownRun, type RunJournal } from '../run-journal.ts';
import { appendStatements } from './event-rows.ts';
import { GroupCommit } from './group-commit.ts';

const payloadRows = z.array(z.object({ payload: z.string() }));
const summaryRows = z.array(z.object({ summary: z.string() }));

interface RunRow {
  readonly id: string;
  readonly file: string;
  readonly status: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly owner: string;
  readonly error: string | null;
}

/** Runs in the database. `append` calls that meet share a transaction. */
export class PrismaRunStore implements RunJournal {
  readonly #database: Database;
  readonly #writes: GroupCommit<{ runId: string; event: RunEvent }>;

  constructor(database: Database) {
    this.#database = database;
    this.#writes = new GroupCommit((entries) => database.transact(appendStatements(entries)));
  }

  async create(run: RunRecord): Promise<void> {
    await this.#database.attempt((client) => client.run.create({ data: run }));
  }

  async finish(
    id: string,
    end: { status: RunStatus; finishedAt: number; error?: string },
  ): Promise<void> {
    const { count } = await this.#database.attempt((client) =>
      client.run.updateMany({
        where: { id },
        data: { status: end.status, finishedAt: end.finishedAt, error: end.error ?? null },
      }),
    );
    if (count === 0) throw unknownRun(id);
  }

  async get(id: string): Promise<RunRecord | undefined> {
    const row = await this.#database.attempt((client) => client.run.findUnique({ where: { id } }));
    return row === null ? undefined : runOf(row);
  }

  async list(query: { file?: string; limit: number }): Promise<RunRecord[]> {
    const rows = await this.#database.attempt((client) =>
      client.run.findMany({
        where: query.file === undefined ? {} : { file: query.file },
        orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
        take: query.limit,
      }),
    );
    return rows.map(runOf);
  }

  async unfinished(): Promise<RunRecord[]> {
    const rows = await this.#database.attempt((client) =>
      client.run.findMany({
        where: { status: { in: ['queued', 'running'] } },
        orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
      }),
    );
    return rows.map(runOf);
  }

  append(runId: string, events: readonly RunEvent[]): Promise<void> {
    return this.#writes.write(events.map((event) => ({ runId, event })));
  }

  async events(runId: string, after: number, limit: number): Promise<RunEvent[]> {
    const rows = await this.#database.rows(
      Prisma.sql`SELECT "payload" FROM "Event" WHERE "runId" = ${runId} AND "seq" > ${after} ORDER BY "seq" LIMIT ${limit}`,
    );
    return payloadRows.parse(rows).map((row) => runEventSchema.parse(JSON.parse(row.payload)));
  }

  async steps(runId: string): Promise<StepSummary[]> {
    const rows = await this.#database.rows(
      Prisma.sql`SELECT "summary" FROM "Step" WHERE "runId" = ${runId} ORDER BY "seq"`,
    );
    return stepsOf(rows);
  }

  async lastSteps(file: string): Promise<Map<string, StepSummary>> {
    const rows = await this.#database.rows(Prisma.sql`SELECT s."summary" FROM "LastStep" l
          JOIN "Step" s ON s."runId" = l."runId" AND s."node" = l."node" WHERE l."file" = ${file}`);
    return new Map(stepsOf(rows).map((step) => [step.node, step]));
  }

  async pinned(): Promise<Set<string>> {
    const rows = await this.#database
      .rows(Prisma.sql`SELECT s."summary" FROM "Run" r JOIN "Step" s ON s."runId" = r."id"
          WHERE r."status" IN ('queued', 'running')`);
    return new Set(
      stepsOf(rows).flatMap((step) => Object.values(step.outputs).map((output) => output.digest)),
    );
  }
}

function stepsOf(rows: unknown): StepSummary[] {
  return summaryRows.parse(rows).map((row) => stepSummarySchema.parse(JSON.parse(row.summary)));
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
