import type { StepRequest, StepSignal } from '@graft/graph';
import { inTransaction, serverClock, type Notices, type Queries } from '@graft/prisma';
import { chunks } from './chunks.ts';
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

/** The steps that one coordinator handed to workers: their rows until it has read their outcomes. */
export class SentSteps {
  readonly #queries: Queries;
  readonly #notices: Notices;
  readonly #leases: Leases;

  constructor({ queries, notices, leases }: QueueParts) {
    this.#queries = queries;
    this.#notices = notices;
    this.#leases = leases;
  }

  /**
   * Queues a step. One that a dead coordinator left with the same key becomes this one's instead, its outcome included.
   * Whoever calls has the key's claim.
   */
  async send(step: SentStep): Promise<{ readonly id: string; readonly isInherited: boolean }> {
    const { request, queue, version } = step;
    const { cacheKey: key, runId } = request;
    return inTransaction(this.#queries, async (tx) => {
      const rows = await tx
        .selectFrom('QueuedStep')
        .select(['id', 'attempt', 'state', 'version', 'runId', 'worker', 'outcome', 'checkpoint'])
        .where('key', '=', key)
        .orderBy('attempt')
        .forUpdate()
        .execute();
      const owned = rows.length === 0 ? undefined : await this.#leases.living(runLeasePrefix);
      const left = rows.filter((row) => owned?.has(runLeasePrefix + row.runId) !== true);
      const heir = left.find((row) => row.version === version && isOfUse(row));
      if (heir !== undefined) {
        await tx
          .updateTable('QueuedStep')
          .set({ coordinator: this.#leases.owner, runId })
          .where('id', '=', heir.id)
          .execute();
        if (heir.worker !== null) await this.#notices.send(tx, noticeFor.worker(heir.worker));
        return { id: heir.id, isInherited: true };
      }
      const attempt = (rows.at(-1)?.attempt ?? 0) + 1;
      const id = `${key}/${String(attempt)}`;
      const rank = serverClock(step.turn * turnMs - step.ahead);
      await tx
        .insertInto('QueuedStep')
        .values({
          ...{ id, key, attempt, queue, version, runId, rank, state: 'queued', lost: 0 },
          coordinator: this.#leases.owner,
          request: JSON.stringify(request),
          // What a GPU has room for is not known before the step runs there.
          memory: queue === 'cpu' || queue === 'training' ? (request.memory ?? 0) : 0,
          checkpoint: left.findLast(({ checkpoint }) => checkpoint !== null)?.checkpoint ?? null,
        })
        .execute();
      await this.#notices.send(tx, noticeFor.queue(queue));
      return { id, isInherited: false };
    });
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

  /** Removes what was read. Where that fails, it is read again. */
  async forget({ reports, ended }: StepNews): Promise<void> {
    const last = new Map(reports.map(({ claim, seq }) => [claim, seq]));
    for (const [claim, seq] of last) {
      await this.#queries
        .deleteFrom('StepReport')
        .where('claim', '=', claim)
        .where('seq', '<=', seq)
        .execute();
    }
    const ids = ended.map(({ id }) => id);
    if (ids.length === 0) return;
    await this.#queries
      .deleteFrom('QueuedStep')
      .where('id', 'in', ids)
      .where('coordinator', '=', this.#leases.owner)
      .where('state', '=', 'ended')
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
  return state === 'ended' && readOutcome(outcome).type === 'done';
}
