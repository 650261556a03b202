import { randomBytes } from 'node:crypto';
import type { StepRequest, StepSignal } from '@graft/graph';
import { inTransaction, serverClock, type Notices, type Queries } from '@graft/prisma';
import { chunks } from './chunks.ts';
import { GroupCommit } from './group-commit.ts';
import { runLeasePrefix, type Leases } from './leases.ts';
import {
  noticeFor,
  readOutcome,
  readSignal,
  type QueueParts,
  type StepOutcome,
} from './queued-step.ts';

/** Rows that are read at a time. */
const atOnce = 500;
/** Milliseconds that each further step of one run stands behind the one before: runs take turns. */
const turnMs = 100;

/** A step for the workers. */
export interface SentStep {
  readonly request: StepRequest;
  /** The capability that its worker needs. */
  readonly queue: string;
  /** Of node code and engines: only a worker with the same takes it. */
  readonly version: string;
  /** Steps of its run that are queued before it. */
  readonly turn: number;
  /** Milliseconds that it goes ahead of others. */
  readonly ahead: number;
}

/** A report, by its attempt and its number within that. */
interface StepReport {
  readonly id: string;
  readonly claim: string;
  readonly seq: number;
  readonly signal: StepSignal;
}

/** What a coordinator reads of its steps, in this order. */
export interface StepNews {
  readonly reports: readonly StepReport[];
  readonly ended: readonly { readonly id: string; readonly outcome: StepOutcome }[];
}

/** The row of a step, and whether another coordinator left it. */
interface QueuedAs {
  readonly id: string;
  readonly isInherited: boolean;
}

interface SendWrite {
  readonly step: SentStep;
  as?: QueuedAs;
}

/** The steps that one coordinator handed to workers: their rows until it has read their outcomes. */
export class SentSteps {
  readonly #queries: Queries;
  readonly #notices: Notices;
  readonly #leases: Leases;
  readonly #sends = new GroupCommit<SendWrite>((writes) => this.#send(writes));

  constructor({ queries, notices, leases }: QueueParts) {
    this.#queries = queries;
    this.#notices = notices;
    this.#leases = leases;
  }

  /**
   * Queues a step. One that a dead coordinator left with the same key becomes this one's instead, its outcome included.
   * The caller must hold the lease of the key. Steps that are sent at the same time share a transaction.
   */
  async send(step: SentStep): Promise<QueuedAs> {
    const write: SendWrite = { step };
    await this.#sends.write([write]);
    // A transaction that was committed has said so.
    if (write.as === undefined) throw new Error('a step was not queued');
    return write.as;
  }

  #send(writes: readonly SendWrite[]): Promise<void> {
    return inTransaction(this.#queries, async (tx, isAgain) => {
      const keys = writes.map(({ step }) => step.request.cacheKey);
      const rows = await tx
        .selectFrom('QueuedStep')
        .select(['id', 'key', 'attempt', 'state', 'version', 'runId', 'worker'])
        .select(['coordinator', 'outcome', 'checkpoint'])
        .where('key', 'in', keys)
        .orderBy('id')
        .forUpdate()
        .execute();
      const owned = rows.length === 0 ? undefined : await this.#leases.living(runLeasePrefix);
      const isOwn = (row: { readonly coordinator: string }): boolean =>
        row.coordinator === this.#leases.owner;
      const added: ReturnType<typeof rowOf>[] = [];
      for (const write of writes) {
        const { version, request } = write.step;
        const equal = rows.filter(({ key }) => key === request.cacheKey);
        const isDone = isAgain && equal.some((row) => row.id === write.as?.id && isOwn(row));
        if (isDone) continue;
        // Another process may have taken the run over.
        const left = equal.filter(
          ({ runId, coordinator }) => owned?.get(runLeasePrefix + runId) !== coordinator,
        );
        const heir = left.find((row) => row.version === version && isOfUse(row));
        if (heir !== undefined) {
          await this.#inherit(tx, heir, request.runId);
          write.as = { id: heir.id, isInherited: true };
          continue;
        }
        const attempt = Math.max(0, ...equal.map((row) => row.attempt)) + 1;
        const checkpoint = left.findLast((row) => row.checkpoint !== null)?.checkpoint ?? null;
        const row = rowOf(write.step, { attempt, checkpoint, coordinator: this.#leases.owner });
        added.push(row);
        write.as = { id: row.id, isInherited: false };
      }
      if (added.length > 0) await tx.insertInto('QueuedStep').values(added).execute();
      for (const queue of new Set(added.map((row) => row.queue))) {
        await this.#notices.send(tx, noticeFor.queue(queue));
      }
    });
  }

  async #inherit(
    tx: Queries,
    {
      id,
      worker,
      state,
    }: { readonly id: string; readonly worker: string | null; readonly state: string },
    runId: string,
  ): Promise<void> {
    await tx
      .updateTable('QueuedStep')
      .set({ coordinator: this.#leases.owner, runId, state: state === 'told' ? 'ended' : state })
      .where('id', '=', id)
      .execute();
    if (worker !== null) await this.#notices.send(tx, noticeFor.worker(worker));
  }

  /** What workers have told and nobody has forgotten yet. */
  async news(): Promise<StepNews> {
    const { owner } = this.#leases;
    // Outcomes first: a worker writes its last reports with the outcome.
    const ended = await this.#queries
      .selectFrom('QueuedStep')
      .select(['id', 'outcome'])
      .where('coordinator', '=', owner)
      .where('state', '=', 'ended')
      .limit(atOnce)
      .execute();
    const rows = await this.#queries
      .selectFrom('StepReport')
      .innerJoin('QueuedStep', 'QueuedStep.id', 'StepReport.step')
      .select(['StepReport.step', 'StepReport.claim', 'StepReport.seq', 'StepReport.payload'])
      .where('QueuedStep.coordinator', '=', owner)
      .orderBy('StepReport.claim')
      .orderBy('StepReport.seq')
      .limit(atOnce)
      .execute();
    const reports = rows.flatMap(({ step: id, claim, seq, payload }) => {
      const signal = readSignal(payload);
      return signal === undefined ? [] : { id, claim, seq, signal };
    });
    return {
      reports,
      // Those with reports that are still to be read come with the next news.
      ended:
        rows.length === atOnce
          ? []
          : ended.map(({ id, outcome }) => ({ id, outcome: readOutcome(outcome) })),
    };
  }

  /**
   * Removes what was read. Where that fails, it is read again. Results stay until they are recorded: a coordinator that is
   * killed before leaves them to the next one.
   */
  async forget({ reports, ended }: StepNews): Promise<void> {
    const last = new Map(reports.map(({ claim, seq }) => [claim, seq]));
    for (const [claim, seq] of last) {
      await this.#queries
        .deleteFrom('StepReport')
        .where('claim', '=', claim)
        .where('seq', '<=', seq)
        .execute();
    }
    const idsOf = (isKept: boolean): readonly string[] =>
      ended.filter(({ outcome }) => isRecorded(outcome) === isKept).map(({ id }) => id);
    const [kept, gone] = [idsOf(true), idsOf(false)];
    if (kept.length > 0) {
      await this.#queries
        .updateTable('QueuedStep')
        .set({ state: 'told' })
        .where('id', 'in', kept)
        .where('coordinator', '=', this.#leases.owner)
        .where('state', '=', 'ended')
        .execute();
    }
    if (gone.length === 0) return;
    await this.#queries
      .deleteFrom('QueuedStep')
      .where('id', 'in', gone)
      .where('coordinator', '=', this.#leases.owner)
      .where('state', '=', 'ended')
      .execute();
  }

  /** Removes results that are recorded. To be called from time to time. */
  forgetRecorded(): Promise<void> {
    return forgetRecorded(this.#queries);
  }

  /** Removes a result that is of no use. */
  async drop(id: string): Promise<void> {
    await this.#queries
      .deleteFrom('QueuedStep')
      .where('id', '=', id)
      .where('coordinator', '=', this.#leases.owner)
      .where('state', 'in', ['ended', 'told'])
      .execute();
  }

  /** Removes the results of a step's parts, where no result of the step will be recorded. */
  async dropParts(cacheKey: string): Promise<void> {
    await this.#queries
      .deleteFrom('QueuedStep')
      .where((eb) => eb.or([eb('key', '=', cacheKey), eb('shardOf', '=', cacheKey)]))
      .where('coordinator', '=', this.#leases.owner)
      .where('state', 'in', ['ended', 'told'])
      .execute();
  }

  /** Has the worker that runs a step end it; one that no worker has is removed. False: no worker has it. */
  cancel(id: string): Promise<boolean> {
    return inTransaction(this.#queries, async (tx) => {
      const { owner } = this.#leases;
      const running = await tx
        .updateTable('QueuedStep')
        .set({ state: 'cancelling' })
        .where('id', '=', id)
        .where('coordinator', '=', owner)
        .where('state', '=', 'running')
        .returning('worker')
        .executeTakeFirst();
      if (typeof running?.worker === 'string')
        await this.#notices.send(tx, noticeFor.worker(running.worker));
      await tx
        .deleteFrom('QueuedStep')
        .where('id', '=', id)
        .where('coordinator', '=', owner)
        .where('state', 'in', ['queued', 'ended'])
        .execute();
      return running !== undefined;
    });
  }

  /** Removes a step that no worker has taken. False: one has. */
  async withdraw(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#queries
      .deleteFrom('QueuedStep')
      .where('id', '=', id)
      .where('coordinator', '=', this.#leases.owner)
      .where('state', '=', 'queued')
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** The states of those steps that have a row. */
  async states(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const slice of chunks(ids, atOnce)) {
      const rows = await this.#queries
        .selectFrom('QueuedStep')
        .select(['id', 'state'])
        .where('id', 'in', slice)
        .where('coordinator', '=', this.#leases.owner)
        .execute();
      for (const { id, state } of rows) found.set(id, state);
    }
    return found;
  }
}

/** Whether an attempt that nobody waits for any more still gives, or has given, a result. */
function isOfUse({
  state,
  outcome,
}: {
  readonly state: string;
  readonly outcome: string | null;
}): boolean {
  if (state === 'queued' || state === 'running') return true;
  return (state === 'ended' || state === 'told') && readOutcome(outcome).type === 'done';
}

/** Whether the engine records an outcome: a result without failed items. */
const isRecorded = (outcome: StepOutcome): boolean =>
  outcome.type === 'done' && (outcome.result.items?.failed ?? 0) === 0;

/** Removes results that coordinators know and that are recorded. */
export async function forgetRecorded(queries: Queries): Promise<void> {
  await queries
    .deleteFrom('QueuedStep')
    .where('state', '=', 'told')
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('Action')
          .select('Action.key')
          .where('Action.key', '=', (of) => of.fn.coalesce('QueuedStep.shardOf', 'QueuedStep.key')),
      ),
    )
    .execute();
}

/** Ends the steps of a cancelled run that a coordinator left: workers see that within a second. */
export async function cancelStepsOf(tx: Queries, runId: string): Promise<void> {
  await tx
    .updateTable('QueuedStep')
    .set({ state: 'cancelling' })
    .where('runId', '=', runId)
    .where('state', '=', 'running')
    .execute();
  await tx
    .deleteFrom('QueuedStep')
    .where('runId', '=', runId)
    .where('state', '=', 'queued')
    .execute();
}

/** The id is used once: late news of an earlier attempt is never taken for this one's. */
function rowOf(
  { request, queue, version, turn, ahead }: SentStep,
  own: {
    readonly attempt: number;
    readonly checkpoint: string | null;
    readonly coordinator: string;
  },
) {
  const { cacheKey: key, runId, shard, memory = 0 } = request;
  return {
    ...own,
    id: `${key}/${String(own.attempt)}-${randomBytes(4).toString('hex')}`,
    ...{ key, queue, version, runId, state: 'queued', lost: 0, shardOf: shard?.of ?? null },
    request: JSON.stringify(request),
    rank: serverClock(turn * turnMs - ahead),
    // What a GPU has room for is not known before the step runs there.
    memory: queue === 'cpu' || queue === 'training' ? memory : 0,
  };
}
