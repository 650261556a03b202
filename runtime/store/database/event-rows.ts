import { Prisma } from '@graft/prisma';
import type { RunEvent } from '@graft/graph';
import { chunks } from './chunks.ts';

const rowsPerInsert = 500;

interface Entry {
  readonly runId: string;
  readonly event: RunEvent;
}

/** The statements that record events, and what they say of steps. To run in one transaction. */
export function appendStatements(entries: readonly Entry[]): Prisma.Sql[] {
  const statements: Prisma.Sql[] = [];
  for (const some of chunks(entries, rowsPerInsert)) {
    const rows = some.map(
      ({ runId, event }) => Prisma.sql`(${runId}, ${event.seq}, ${JSON.stringify(event)})`,
    );
    statements.push(
      Prisma.sql`INSERT INTO "Event" ("runId", "seq", "payload") VALUES ${Prisma.join(rows)}`,
    );
  }
  // A statement must not touch a row twice: of several finishes of a step, the last counts.
  const finished = new Map<string, Finished>();
  for (const { runId, event } of entries) {
    if (event.type === 'step.finished')
      finished.set(`${runId}\0${event.step.node}`, { runId, event });
  }
  for (const some of chunks([...finished.values()], rowsPerInsert)) statements.push(stepRows(some));
  const keyed = [...finished.values()].filter(({ event }) => event.step.cacheKey !== undefined);
  for (const some of chunks(keyed, rowsPerInsert)) statements.push(lastStepRows(some));
  return statements;
}

interface Finished {
  readonly runId: string;
  readonly event: Extract<RunEvent, { type: 'step.finished' }>;
}

function stepRows(finished: readonly Finished[]): Prisma.Sql {
  const rows = finished.map(
    ({ runId, event }) =>
      Prisma.sql`(${runId}, ${event.step.node}, ${event.seq}, ${JSON.stringify(event.step)})`,
  );
  return Prisma.sql`INSERT INTO "Step" ("runId", "node", "seq", "summary") VALUES ${Prisma.join(rows)}
    ON CONFLICT ("runId", "node") DO UPDATE SET "seq" = excluded."seq", "summary" = excluded."summary"`;
}

/** The run's file comes from its row, so that callers need not repeat it. */
function lastStepRows(finished: readonly Finished[]): Prisma.Sql {
  const rows = finished.map(
    ({ runId, event }) => Prisma.sql`(${runId}, ${event.step.node}, ${event.at})`,
  );
  // `WHERE true`: SQLite cannot tell an upsert's ON from a join's without it.
  return Prisma.sql`INSERT INTO "LastStep" ("file", "node", "runId", "finishedAt")
    WITH finished ("runId", "node", "at") AS (VALUES ${Prisma.join(rows)})
    SELECT r."file", f."node", f."runId", f."at" FROM finished f JOIN "Run" r ON r."id" = f."runId" WHERE true
    ON CONFLICT ("file", "node") DO UPDATE SET "runId" = excluded."runId", "finishedAt" = excluded."finishedAt"
    WHERE excluded."finishedAt" >= "LastStep"."finishedAt"`;
}
