import type { Queries, Tables } from '@graft/prisma';
import { storedRunEvent, storedStepSummary, storedVersion, type RunEvent } from '@graft/graph';
import { chunks } from './chunks.ts';

const rowsPerInsert = 500;

export interface EventEntry {
  readonly runId: string;
  readonly event: RunEvent;
}

/** Those events that are not recorded yet: a transaction records all of a run or none. */
export async function unrecorded<Entry extends { runId: string; event: { seq: number } }>(
  tx: Queries,
  entries: readonly Entry[],
): Promise<readonly Entry[]> {
  const ids = [...new Set(entries.map(({ runId }) => runId))];
  const last = new Map<string, number>();
  for (const slice of chunks(ids, rowsPerInsert)) {
    const rows = await tx
      .selectFrom('Event')
      .select((eb) => ['runId', eb.fn.max('seq').as('seq')])
      .where('runId', 'in', slice)
      .groupBy('runId')
      .execute();
    for (const { runId, seq } of rows) last.set(runId, seq);
  }
  return entries.filter(({ runId, event }) => event.seq > (last.get(runId) ?? 0));
}

interface Finished {
  readonly runId: string;
  readonly event: Extract<RunEvent, { type: 'step.finished' }>;
}

/** Records events, and the steps that they report. Run it in one transaction. */
export async function insertEvents(tx: Queries, entries: readonly EventEntry[]): Promise<void> {
  for (const slice of chunks(entries, rowsPerInsert)) {
    const rows = slice.map(({ runId, event }) => ({
      runId,
      seq: event.seq,
      type: event.type,
      version: storedVersion(storedRunEvent),
      payload: JSON.stringify(event),
    }));
    await tx.insertInto('Event').values(rows).execute();
  }
  // A statement must not touch a row twice: if a step finished several times, the last counts.
  const finished = new Map<string, Finished>();
  for (const { runId, event } of entries) {
    if (event.type === 'step.finished')
      finished.set(`${runId}\0${event.step.node}`, { runId, event });
  }
  for (const slice of chunks([...finished.values()], rowsPerInsert)) await upsertSteps(tx, slice);
  const keyed = [...finished.values()].filter(({ event }) => event.step.cacheKey !== undefined);
  if (keyed.length > 0) await upsertLastSteps(tx, keyed);
}

async function upsertSteps(tx: Queries, finished: readonly Finished[]): Promise<void> {
  const rows = finished.map(({ runId, event }) => ({
    runId,
    node: event.step.node,
    seq: event.seq,
    version: storedVersion(storedStepSummary),
    summary: JSON.stringify(event.step),
  }));
  await upsertStepRows(tx, rows);
}

/** Writes rows of steps, of which none names a step twice; those that are there become as these are. */
export async function upsertStepRows(tx: Queries, rows: readonly Tables['Step'][]): Promise<void> {
  await tx
    .insertInto('Step')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['runId', 'node']).doUpdateSet((eb) => ({
        seq: eb.ref('excluded.seq'),
        version: eb.ref('excluded.version'),
        summary: eb.ref('excluded.summary'),
      })),
    )
    .execute();
}

/** Takes the file from the run's row, so that callers need not repeat it. A run of a scope does not count for the saved file. */
async function upsertLastSteps(tx: Queries, finished: readonly Finished[]): Promise<void> {
  const ids = [...new Set(finished.map(({ runId }) => runId))];
  const files = new Map<string, string>();
  for (const slice of chunks(ids, rowsPerInsert)) {
    const runs = await tx
      .selectFrom('Run')
      .select(['id', 'file'])
      .where('id', 'in', slice)
      .where('scope', 'is', null)
      .execute();
    for (const { id, file } of runs) files.set(id, file);
  }
  // Two simultaneous runs of a file may finish the same node: the later counts.
  const latest = new Map<
    string,
    { file: string; node: string; runId: string; finishedAt: number }
  >();
  for (const { runId, event } of finished) {
    const file = files.get(runId);
    if (file === undefined) continue;
    const key = `${file}\0${event.step.node}`;
    if (event.at < (latest.get(key)?.finishedAt ?? -Infinity)) continue;
    latest.set(key, { file, node: event.step.node, runId, finishedAt: event.at });
  }
  // In one order, so that no two processes wait for each other.
  const rows = [...latest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  for (const slice of chunks(rows, rowsPerInsert)) await upsertLastStepRows(tx, slice);
}

/** Writes rows of last steps, of which none names a node twice; a later end that is there stays. */
export async function upsertLastStepRows(
  tx: Queries,
  rows: readonly Tables['LastStep'][],
): Promise<void> {
  await tx
    .insertInto('LastStep')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['file', 'node'])
        .doUpdateSet((eb) => ({
          runId: eb.ref('excluded.runId'),
          finishedAt: eb.ref('excluded.finishedAt'),
        }))
        .whereRef('excluded.finishedAt', '>=', 'LastStep.finishedAt'),
    )
    .execute();
}
