import { isAlive } from '@graft/kit';
import { inTransaction, type Queries } from '@graft/prisma';
import {
  noFile,
  readStored,
  storedRunEvent,
  storedExperimentEvent,
  storedStepSummary,
  storedVersion,
  type ExperimentEvent,
  type RunEvent,
  type RunNotes,
  type RunQuery,
  type RunRecord,
  type RunScore,
  type RunStatus,
  type StepSummary,
} from '@graft/graph';
import { unknownRun, type RetentionPolicy, type RunJournal } from '../run-journal.ts';
import { chunks } from './chunks.ts';
import { insertEvents, unrecorded, type EventEntry } from './event-rows.ts';
import { gatherRunTokens } from './gather-run-tokens.ts';
import { GroupCommit } from './group-commit.ts';
import type { Lease } from './lease.ts';
import { runLeasePrefix, type Leases } from './leases.ts';
import { requireNoMove } from './moving.ts';
import { originDigests, rowOf, runOf, type RunRow } from './run-rows.ts';
import { cancelStepsOf } from './sent-steps.ts';

const unfinishedStatuses: readonly RunStatus[] = ['queued', 'running'];
/** Runs that are deleted in one transaction, with their events. */
const runsPerDelete = 20;

/** Runs in the database. Simultaneous `append` calls share a transaction. */
export class DatabaseRunStore implements RunJournal {
  readonly #queries: Queries;
  readonly #leases: Leases;
  readonly #writes: GroupCommit<EventEntry>;

  constructor(queries: Queries, leases: Leases) {
    this.#queries = queries;
    this.#leases = leases;
    this.#writes = new GroupCommit((entries) =>
      inTransaction(queries, async (tx, isAgain) => {
        const names = entries.map(({ runId }) => leaseOf(runId));
        await leases.checkWithin(tx, names);
        await insertEvents(tx, isAgain ? await unrecorded(tx, entries) : entries);
      }),
    );
  }

  async create(run: RunRecord): Promise<void> {
    await inTransaction(this.#queries, async (tx, isAgain) => {
      const insertion = tx.insertInto('Run').values(rowOf(run));
      await (
        isAgain ? insertion.onConflict((conflict) => conflict.doNothing()) : insertion
      ).execute();
      if (isUnfinished(run)) await this.#leases.takeWithin(tx, leaseOf(run.id));
    });
    if (!isUnfinished(run)) return;
    try {
      // Only now, when others can see its lease: a move takes its own lease first and then looks for runs, so one of the two sees the other.
      await requireNoMove(this.#leases);
    } catch (error) {
      const released = await inTransaction(this.#queries, async (tx) => {
        const released = await this.#leases.endWithin(tx, leaseOf(run.id));
        await tx.deleteFrom('Run').where('id', '=', run.id).execute();
        return released;
      });
      released();
      throw error;
    }
  }

  async finish(
    id: string,
    end: { status: RunStatus; finishedAt: number; error?: string },
  ): Promise<void> {
    const steps = await this.steps(id);
    const { ended, released } = await inTransaction(this.#queries, async (tx) => {
      const released = await this.#leases.endWithin(tx, leaseOf(id));
      await gatherRunTokens(tx, id, steps);
      if (end.status === 'cancelled') await cancelStepsOf(tx, id);
      const { numUpdatedRows: ended } = await tx
        .updateTable('Run')
        .set({ status: end.status, finishedAt: end.finishedAt, error: end.error ?? null })
        .where('id', '=', id)
        .executeTakeFirst();
      return { ended, released };
    });
    if (ended === 0n) throw unknownRun(id);
    released();
  }

  async askToCancel(id: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#queries
      .updateTable('Run')
      .set({ cancelAt: Date.now() })
      .where('id', '=', id)
      .where('status', 'in', unfinishedStatuses)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async get(id: string): Promise<RunRecord | undefined> {
    const row = await this.#queries
      .selectFrom('Run')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? undefined : runOf(row);
  }

  async list(query: RunQuery): Promise<RunRecord[]> {
    const { file, parent, kind, limit } = query;
    const rows = await this.#queries
      .selectFrom('Run')
      .selectAll()
      .where('file', file === undefined ? '!=' : '=', file ?? noFile)
      .$if(parent === null, (rows) => rows.where('parent', 'is', null))
      .$if(typeof parent === 'string', (rows) => rows.where('parent', '=', parent ?? ''))
      .$if(kind === 'experiment', (rows) => rows.where('experiment', 'is not', null))
      .$if(kind === 'graph', (rows) => rows.where('experiment', 'is', null))
      .orderBy('startedAt', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(runOf);
  }

  async unfinishedOf(owner: string): Promise<RunRecord[]> {
    const rows = await this.#queries
      .selectFrom('Run')
      .selectAll()
      .where('status', 'in', unfinishedStatuses)
      .where('owner', '=', owner)
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

  async renameFile(from: string, to: string): Promise<void> {
    await inTransaction(this.#queries, async (tx, isAgain) => {
      await tx.updateTable('Run').set({ file: to }).where('file', '=', from).execute();
      // The last steps of another file of that name tell nothing about this one. Again, these may be its own.
      if (!isAgain) await tx.deleteFrom('LastStep').where('file', '=', to).execute();
      await tx.updateTable('LastStep').set({ file: to }).where('file', '=', from).execute();
    });
  }

  append(runId: string, events: readonly RunEvent[]): Promise<void> {
    return this.#writes.write(events.map((event) => ({ runId, event })));
  }

  async events(runId: string, after: number, limit: number): Promise<RunEvent[]> {
    const rows = await this.#eventRows(runId, after, limit);
    return rows.map((row) => readStored(storedRunEvent, row));
  }

  #eventRows(runId: string, after: number, limit: number) {
    return this.#queries
      .selectFrom('Event')
      .select(['version', 'payload as text'])
      .where('runId', '=', runId)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(limit)
      .execute();
  }

  async steps(runId: string): Promise<StepSummary[]> {
    const rows = await this.#queries
      .selectFrom('Step')
      .select(['version', 'summary as text'])
      .where('runId', '=', runId)
      .orderBy('seq')
      .execute();
    return stepsOf(rows);
  }

  async lastSteps(file: string, scope?: string): Promise<Map<string, StepSummary>> {
    const rows = await this.#queries
      .selectFrom('LastStep as l')
      .innerJoin('Step as s', (join) =>
        join.onRef('s.runId', '=', 'l.runId').onRef('s.node', '=', 'l.node'),
      )
      .select(['s.version', 's.summary as text'])
      .where('l.file', '=', file)
      .execute();
    const saved = stepsOf(rows);
    const scoped = scope === undefined ? [] : await this.#scopedSteps(file, scope);
    return new Map([...saved, ...scoped].map((step) => [step.node, step]));
  }

  async #scopedSteps(file: string, scope: string): Promise<StepSummary[]> {
    const run = await this.#queries
      .selectFrom('Run')
      .select('id')
      .where('file', '=', file)
      .where('scope', '=', scope)
      .where('status', 'not in', unfinishedStatuses)
      .orderBy('startedAt', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    const steps = run === undefined ? [] : await this.steps(run.id);
    return steps.filter(({ cacheKey }) => cacheKey !== undefined);
  }

  async appendExperiment(runId: string, events: readonly ExperimentEvent[]): Promise<void> {
    if (events.length === 0) return;
    await inTransaction(this.#queries, async (tx, isAgain) => {
      await this.#leases.checkWithin(tx, [leaseOf(runId)]);
      const entries = events.map((event) => ({ runId, event }));
      const left = isAgain ? await unrecorded(tx, entries) : entries;
      const rows = left.map(({ event }) => ({
        ...{ runId, seq: event.seq, type: event.type },
        version: storedVersion(storedExperimentEvent),
        payload: JSON.stringify(event),
      }));
      if (rows.length > 0) await tx.insertInto('Event').values(rows).execute();
    });
  }

  async experimentEvents(runId: string, after: number, limit: number): Promise<ExperimentEvent[]> {
    const rows = await this.#eventRows(runId, after, limit);
    return rows.map((row) => readStored(storedExperimentEvent, row));
  }

  async pinned(): Promise<Set<string>> {
    const rows = await this.#queries
      .selectFrom('Run as r')
      .innerJoin('Step as s', 's.runId', 'r.id')
      .leftJoin('Run as p', 'p.id', 'r.parent')
      .select(['s.version', 's.summary as text'])
      .where((eb) =>
        eb.or([
          eb('r.status', 'in', unfinishedStatuses),
          eb.and([eb('r.status', '=', 'succeeded'), eb('p.status', 'in', unfinishedStatuses)]),
        ]),
      )
      .execute();
    return new Set(
      stepsOf(rows).flatMap((step) => Object.values(step.outputs).map((output) => output.digest)),
    );
  }

  async origins(): Promise<Set<string>> {
    const rows = await this.#queries
      .selectFrom('Run')
      .select(['graph', 'graphs', 'settings', 'options'])
      .execute();
    return new Set(rows.flatMap(originDigests));
  }

  async takeOver(run: RunRecord): Promise<Lease | undefined> {
    const name = leaseOf(run.id);
    // A version without leases names its process, in another form.
    const isNamedAlive = !run.owner.includes('@') && isAlive(run.owner);
    if ((await this.#leases.isOwned(name)) ?? isNamedAlive) return undefined;
    const lease = await this.#leases.tryTake(name);
    if (typeof lease !== 'object') return undefined;
    const now = await this.get(run.id);
    if (now !== undefined && isUnfinished(now)) return lease;
    await lease.release();
    return undefined;
  }

  async adopt({ id, takeovers = 0 }: RunRecord): Promise<void> {
    await inTransaction(this.#queries, async (tx) => {
      await this.#leases.checkWithin(tx, [leaseOf(id)]);
      await tx
        .updateTable('Run')
        .set({ owner: this.#leases.owner, takeovers: takeovers + 1 })
        .where('id', '=', id)
        .execute();
    });
  }

  async pin(id: string, pinned: boolean): Promise<boolean> {
    return this.#update(id, { pinnedAt: pinned ? Date.now() : null });
  }

  async annotate(id: string, { note, tags }: RunNotes): Promise<boolean> {
    return this.#update(id, {
      note: note === '' ? null : note,
      tags: tags.length === 0 ? null : JSON.stringify(tags),
    });
  }

  async recordScores(id: string, scores: readonly RunScore[]): Promise<boolean> {
    return this.#update(id, { scores: JSON.stringify(scores) });
  }

  async #update(id: string, values: Partial<RunRow>): Promise<boolean> {
    const { numUpdatedRows } = await this.#queries
      .updateTable('Run')
      .set(values)
      .where('id', '=', id)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async prune({ keep, startedBefore = Infinity }: RetentionPolicy): Promise<string[]> {
    const top = this.#queries
      .selectFrom('Run as r')
      .select(['r.id', 'r.startedAt', 'r.pinnedAt', 'r.note', 'r.tags', 'r.status'])
      .select((eb) =>
        eb
          .exists(eb.selectFrom('LastStep as l').select('l.node').whereRef('l.runId', '=', 'r.id'))
          .as('shown'),
      )
      .select((eb) =>
        eb
          .exists(
            eb
              .selectFrom('Run as v')
              .select('v.id')
              .whereRef('v.parent', '=', 'r.id')
              .where((of) =>
                of.or([
                  of('v.pinnedAt', 'is not', null),
                  of('v.note', 'is not', null),
                  of('v.tags', 'is not', null),
                ]),
              ),
          )
          .as('holdsPinned'),
      )
      .where('r.parent', 'is', null)
      .orderBy('r.startedAt', 'desc')
      .orderBy('r.id', 'desc')
      .offset(keep)
      .limit(1_000_000);
    const listed = await top.where('r.file', '!=', noFile).execute();
    const unlisted = await top.where('r.file', '=', noFile).execute();
    const old = [...listed, ...unlisted].filter(
      (row) =>
        row.startedAt < startedBefore &&
        row.pinnedAt === null &&
        row.note === null &&
        row.tags === null &&
        !row.shown &&
        !row.holdsPinned &&
        !isUnfinished(row),
    );
    const ids = old.map(({ id }) => id);
    // Another process may prune or mark runs at the same time.
    const gone = new Set<string>();
    for (const slice of chunks(ids, runsPerDelete)) {
      const deleted = await this.#queries
        .deleteFrom('Run')
        .where('id', 'in', slice)
        .where('pinnedAt', 'is', null)
        .where('note', 'is', null)
        .where('tags', 'is', null)
        .returning('id')
        .execute();
      for (const { id } of deleted) gone.add(id);
    }
    return ids.filter((id) => gone.has(id));
  }
}

/** The lease of a run. */
const leaseOf = (runId: string): string => runLeasePrefix + runId;

function isUnfinished({ status }: { readonly status: string }): boolean {
  return unfinishedStatuses.some((unfinished) => unfinished === status);
}

function stepsOf(
  rows: readonly { readonly version: number; readonly text: string }[],
): StepSummary[] {
  return rows.map((row) => readStored(storedStepSummary, row));
}
