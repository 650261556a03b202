import type { StepRequest, StepSignal } from '@graft/graph';
import { inTransaction, serverClock, type Notices, type Queries } from '@graft/prisma';
import { randomUUID } from 'node:crypto';
import { GroupCommit } from './group-commit.ts';
import type { Lease } from './lease.ts';
import {
  noticeFor,
  readCheckpoint,
  workerLeasePrefix,
  type QueueParts,
  type StepOutcome,
  type WorkerFacts,
  type WorkerState,
} from './queued-step.ts';

/** Milliseconds by the database's clock that smaller steps overtake one for which no worker has the memory. */
const longestWait = 60_000;

/** A step that this worker has. */
export interface ClaimedStep {
  /** Names this attempt, and no other one. */
  readonly claim: string;
  readonly id: string;
  readonly request: StepRequest;
  /** When it was taken, in milliseconds by the database's clock. */
  readonly since: number;
}

/** A report of a step, numbered within its claim. */
export interface ClaimReport {
  readonly claim: string;
  readonly seq: number;
  readonly signal: StepSignal;
}

interface StepEnd {
  readonly claim: string;
  readonly outcome: StepOutcome;
  readonly reports: readonly ClaimReport[];
}

/**
 * The steps that one worker has. Each write is checked: a worker that stood still for so long that others have its steps
 * changes nothing of them any more.
 */
export class WorkerClaims implements AsyncDisposable {
  readonly #queries: Queries;
  readonly #notices: Notices;
  readonly #lease: Lease;
  readonly #name: string;
  readonly #facts: WorkerFacts;
  readonly #ends = new GroupCommit<StepEnd>((ends) => this.#end(ends));
  #claims = 0;

  /** Makes a worker known. Its name is used once. */
  static async register(
    { queries, notices, leases }: QueueParts,
    facts: WorkerFacts,
  ): Promise<WorkerClaims> {
    const name = workerLeasePrefix + randomUUID();
    const lease = await leases.take(name);
    const claims = new WorkerClaims({ queries, notices }, { name, lease, facts });
    await claims.#tell();
    return claims;
  }

  private constructor(
    { queries, notices }: Pick<QueueParts, 'queries' | 'notices'>,
    own: { readonly name: string; readonly lease: Lease; readonly facts: WorkerFacts },
  ) {
    this.#queries = queries;
    this.#notices = notices;
    this.#name = own.name;
    this.#lease = own.lease;
    this.#facts = own.facts;
  }

  /** What a notice asks of this worker: to look at its steps, or for new ones. */
  meaning(notice: string): 'steps' | 'queue' | undefined {
    if (notice === noticeFor.worker(this.#name)) return 'steps';
    return this.#facts.queues.some((queue) => notice === noticeFor.queue(queue))
      ? 'queue'
      : undefined;
  }

  /** Throws `store-locked` where others took this worker for dead: its steps are theirs, and it has to register again. */
  check(): Promise<void> {
    return this.#lease.check();
  }

  /**
   * Takes at most `most` of the next steps, of which none is known to need more than `memory` bytes. Takes none while a step
   * that needs more has waited for a minute: that one gets its turn when this worker is idle.
   */
  claim(most: number, memory: number): Promise<readonly ClaimedStep[]> {
    const { queues, version } = this.#facts;
    return inTransaction(this.#queries, async (tx) => {
      const waiting = tx
        .selectFrom('QueuedStep')
        .where('state', '=', 'queued')
        .where('queue', 'in', queues)
        .where('version', '=', version);
      const starving = await waiting
        .select('id')
        .where('memory', '>', memory)
        .where('rank', '<', serverClock(-longestWait))
        .limit(1)
        .executeTakeFirst();
      if (starving !== undefined) return [];
      const rows = await waiting
        .select(['id', 'request', 'checkpoint', serverClock(0).as('now')])
        .where('memory', '<=', memory)
        .orderBy('rank')
        .limit(most)
        .forUpdate()
        .skipLocked()
        .execute();
      const taken: ClaimedStep[] = [];
      for (const { id, request, checkpoint, now: since } of rows) {
        this.#claims += 1;
        const claim = `${this.#name}/${String(this.#claims)}`;
        await tx
          .updateTable('QueuedStep')
          .set({ state: 'running', worker: this.#name, claim })
          .where('id', '=', id)
          .execute();
        taken.push({ claim, id, since, request: withCheckpoint(request, checkpoint) });
      }
      return taken;
    });
  }

  /**
   * Tells the coordinators what steps report. Returns the claims that are still this worker's, and wanted, with their
   * coordinators: another one may have inherited a step.
   */
  report(reports: readonly ClaimReport[]): Promise<ReadonlyMap<string, string>> {
    return inTransaction(this.#queries, async (tx) => {
      const rows = await tx
        .selectFrom('QueuedStep')
        .select(['id', 'claim', 'state', 'coordinator'])
        .where('worker', '=', this.#name)
        .orderBy('id')
        .forUpdate()
        .execute();
      const wanted = rows.filter(({ state }) => state === 'running');
      const byClaim = new Map(wanted.map((row) => [row.claim ?? '', row]));
      const coordinators = await this.#write(tx, reports, byClaim);
      for (const each of coordinators) await this.#notices.send(tx, noticeFor.coordinator(each));
      return new Map([...byClaim].map(([claim, { coordinator }]) => [claim, coordinator]));
    });
  }

  /**
   * Ends a step, with its last reports. Does nothing where it is another's by now. Steps that end at once share a
   * transaction.
   */
  end(claim: string, outcome: StepOutcome, reports: readonly ClaimReport[]): Promise<void> {
    return this.#ends.write([{ claim, outcome, reports }]);
  }

  #end(ends: readonly StepEnd[]): Promise<void> {
    return inTransaction(this.#queries, async (tx) => {
      const claims = ends.map(({ claim }) => claim);
      const rows = await tx
        .selectFrom('QueuedStep')
        .select(['id', 'claim', 'state', 'coordinator'])
        .where('claim', 'in', claims)
        .orderBy('id')
        .forUpdate()
        .execute();
      const cancelled = rows.filter(({ state }) => state === 'cancelling').map(({ id }) => id);
      if (cancelled.length > 0) {
        await tx.deleteFrom('QueuedStep').where('id', 'in', cancelled).execute();
      }
      const wanted = rows.filter(({ state }) => state !== 'cancelling');
      const byClaim = new Map(wanted.map((row) => [row.claim ?? '', row]));
      await this.#write(
        tx,
        ends.flatMap(({ reports }) => reports),
        byClaim,
      );
      for (const { claim, outcome } of ends) {
        const row = byClaim.get(claim);
        if (row === undefined) continue;
        await tx
          .updateTable('QueuedStep')
          .set({ state: 'ended', outcome: JSON.stringify(outcome) })
          .where('id', '=', row.id)
          .execute();
      }
      for (const each of new Set(rows.map(({ coordinator }) => coordinator))) {
        await this.#notices.send(tx, noticeFor.coordinator(each));
      }
    });
  }

  /** Leaves a step to others. */
  giveBack(claim: string): Promise<void> {
    return inTransaction(this.#queries, async (tx) => {
      const row = await tx
        .updateTable('QueuedStep')
        .set({ state: 'queued', worker: null, claim: null })
        .where('claim', '=', claim)
        .where('state', '=', 'running')
        .returning('queue')
        .executeTakeFirst();
      if (row !== undefined) await this.#notices.send(tx, noticeFor.queue(row.queue));
      await tx
        .deleteFrom('QueuedStep')
        .where('claim', '=', claim)
        .where('state', '=', 'cancelling')
        .execute();
    });
  }

  /** Writes what it does now, for people. Coordinators expect no more of one that drains. */
  tellState(state: WorkerState): Promise<void> {
    return inTransaction(this.#queries, async (tx) => {
      await tx
        .updateTable('Worker')
        .set({ facts: JSON.stringify({ ...this.#facts, state }) })
        .where('name', '=', this.#name)
        .execute();
      if (state.isDraining) await this.#notices.send(tx, noticeFor.workers);
    });
  }

  /** Makes it unknown. */
  async withdraw(): Promise<void> {
    await inTransaction(this.#queries, async (tx) => {
      await tx.deleteFrom('Worker').where('name', '=', this.#name).execute();
      await this.#notices.send(tx, noticeFor.workers);
    });
  }

  /** Ends it. Steps that it still has go to others. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.withdraw().catch(() => undefined);
    await this.#lease.release();
  }

  async #tell(): Promise<void> {
    await inTransaction(this.#queries, async (tx) => {
      const facts = JSON.stringify(this.#facts);
      await tx
        .insertInto('Worker')
        .values({ name: this.#name, facts })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await this.#notices.send(tx, noticeFor.workers);
    });
  }

  /** Returns the coordinators of what was written. */
  async #write(
    tx: Queries,
    reports: readonly ClaimReport[],
    rows: ReadonlyMap<string, { readonly id: string; readonly coordinator: string }>,
  ): Promise<ReadonlySet<string>> {
    const coordinators = new Set<string>();
    const values = reports.flatMap(({ claim, seq, signal }) => {
      const row = rows.get(claim);
      if (row === undefined) return [];
      coordinators.add(row.coordinator);
      return { claim, seq, step: row.id, payload: JSON.stringify(signal) };
    });
    if (values.length > 0) {
      // Written before, if the answer to an earlier try was lost.
      await tx
        .insertInto('StepReport')
        .values(values)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    for (const { claim, signal } of reports) {
      const row = rows.get(claim);
      if (row === undefined || signal.type !== 'stored-checkpoint') continue;
      await tx
        .updateTable('QueuedStep')
        .set({ checkpoint: JSON.stringify(signal.checkpoint) })
        .where('id', '=', row.id)
        .execute();
    }
    return coordinators;
  }
}

/** The request with the newest checkpoint of any attempt. */
function withCheckpoint(text: string, stored: string | null): StepRequest {
  const request = JSON.parse(text) as StepRequest;
  const checkpoint = readCheckpoint(stored);
  if (checkpoint === undefined || checkpoint.step <= (request.checkpoint?.step ?? -1))
    return request;
  return { ...request, checkpoint };
}
