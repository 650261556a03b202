import type { StepRequest, StepSignal } from '@graft/graph';
import { inTransaction, serverClock, type Notices, type Queries } from '@graft/prisma';
import { randomUUID } from 'node:crypto';
import { GroupCommit } from './group-commit.ts';
import type { Lease } from './lease.ts';
import type { Leases } from './leases.ts';
import {
  noticeFor,
  readCheckpoint,
  workerLeasePrefix,
  type QueueParts,
  type StepOutcome,
  type WorkerFacts,
  type WorkerState,
} from './queued-step.ts';
import type { SeenWorker } from './worker-directory.ts';

/** Milliseconds by the database's clock that smaller steps overtake one for which nobody has the memory free. */
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

/** What a worker can take now. */
export interface Room {
  /** Bytes that are free. A worker without steps takes any step: it has all that it can have. */
  readonly free: number;
  /** Bytes of its machine or container. */
  readonly all: number;
  /** All workers that live. */
  readonly workers: readonly SeenWorker[];
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
  readonly #leases: Leases;
  readonly #lease: Lease;
  readonly #name: string;
  readonly #facts: WorkerFacts;
  readonly #ends = new GroupCommit<StepEnd>((ends) => this.#end(ends));
  #claims = 0;
  /** The id of a step. */
  #keepsFreeFor: string | undefined;

  /** Makes a worker known. Its name is used once. */
  static async register(parts: QueueParts, facts: WorkerFacts): Promise<WorkerClaims> {
    const name = workerLeasePrefix + randomUUID();
    const lease = await parts.leases.take(name);
    const claims = new WorkerClaims(parts, { name, lease, facts });
    await claims.#tell();
    return claims;
  }

  private constructor(
    { queries, notices, leases }: QueueParts,
    own: { readonly name: string; readonly lease: Lease; readonly facts: WorkerFacts },
  ) {
    this.#queries = queries;
    this.#notices = notices;
    this.#leases = leases;
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
   * Takes at most `most` of the next steps: those that fit into what is free beside each other, by what they are known to
   * need. A step that waits for more than that has one worker keep itself free for it after a minute: that one takes no other.
   * Of the parts of one step, it takes one at a time: the others are for other workers. Throws as `check` does.
   */
  claim(most: number, room: Room): Promise<readonly ClaimedStep[]> {
    return inTransaction(this.#queries, async (tx) => {
      await this.#leases.checkWithin(tx, [this.#name]);
      const kept = await this.#keepFree(tx, room);
      if (kept !== undefined && kept.memory > room.free) return [];
      const taken: ClaimedStep[] = [];
      let left = room.free;
      for (let isMore = true; isMore && taken.length < most;) {
        isMore = false;
        const rows = await this.#waiting(tx, room)
          .select(['id', 'request', 'checkpoint', 'memory', 'shardOf', serverClock(0).as('now')])
          .where('memory', '<=', left)
          .$if(kept !== undefined, (query) => query.where('id', '=', kept?.id ?? ''))
          .orderBy('rank')
          .limit(most - taken.length)
          .forUpdate()
          .skipLocked()
          .execute();
        const parts = new Set<string>();
        for (const { id, request, checkpoint, memory, shardOf, now: since } of rows) {
          if (shardOf !== null && parts.has(shardOf)) {
            // The next rows are of other steps.
            isMore = true;
            continue;
          }
          if (memory > left) return taken;
          if (shardOf !== null) parts.add(shardOf);
          left -= memory;
          this.#claims += 1;
          const claim = `${this.#name}/${String(this.#claims)}`;
          await tx
            .updateTable('QueuedStep')
            .set({ state: 'running', worker: this.#name, claim })
            .where('id', '=', id)
            .execute();
          taken.push({ claim, id, since, request: withCheckpoint(request, checkpoint) });
        }
      }
      return taken;
    });
  }

  /**
   * The steps that this worker may take. One that needs more memory than its machine has is left to a worker with more, if
   * one lives.
   */
  #waiting(tx: Queries, { all, workers }: Room) {
    const { queues, version, store } = this.#facts;
    const larger = workers.filter(
      (other) =>
        other.version === version &&
        other.store === store &&
        other.state?.isDraining === false &&
        other.state.memory.all > all,
    );
    const isLeft = (queue: string): boolean => larger.some((other) => other.queues.includes(queue));
    const own = queues.filter((queue) => !isLeft(queue));
    return tx
      .selectFrom('QueuedStep')
      .where('state', '=', 'queued')
      .where('queue', 'in', queues)
      .where('version', '=', version)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('QueuedStep as own')
              .select('own.id')
              .whereRef('own.shardOf', '=', 'QueuedStep.shardOf')
              .where('own.worker', '=', this.#name)
              .where('own.state', 'in', ['running', 'cancelling']),
          ),
        ),
      )
      .where((eb) =>
        own.length === 0
          ? eb('memory', '<=', all)
          : eb.or([eb('memory', '<=', all), eb('queue', 'in', own)]),
      );
  }

  /** The step that this worker keeps itself free for, if any: a queued one that names it. */
  async #keepFree(
    tx: Queries,
    room: Room,
  ): Promise<{ readonly id: string; readonly memory: number } | undefined> {
    const waiting = this.#waiting(tx, room).select(['id', 'memory']);
    if (this.#keepsFreeFor !== undefined) {
      const kept = await waiting
        .where('id', '=', this.#keepsFreeFor)
        .where('worker', '=', this.#name)
        .executeTakeFirst();
      if (kept !== undefined) return kept;
    }
    const others = room.workers.map(({ name }) => name).filter((name) => name !== this.#name);
    const found = await waiting
      .where('memory', '>', room.free)
      .where('rank', '<', serverClock(-longestWait))
      .$if(others.length > 0, (query) =>
        query.where((eb) => eb.or([eb('worker', 'is', null), eb('worker', 'not in', others)])),
      )
      .orderBy('rank')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    this.#keepsFreeFor = found?.id;
    if (found !== undefined) {
      await tx
        .updateTable('QueuedStep')
        .set({ worker: this.#name })
        .where('id', '=', found.id)
        .execute();
    }
    return found;
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

  /** All claims of this worker, those of cancelled steps among them. */
  async held(): Promise<readonly string[]> {
    const rows = await this.#queries
      .selectFrom('QueuedStep')
      .select('claim')
      .where('worker', '=', this.#name)
      .where('state', 'in', ['running', 'cancelling'])
      .execute();
    return rows.flatMap(({ claim }) => claim ?? []);
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
  async #withdraw(): Promise<void> {
    await inTransaction(this.#queries, async (tx) => {
      await tx.deleteFrom('Worker').where('name', '=', this.#name).execute();
      await this.#notices.send(tx, noticeFor.workers);
    });
  }

  /** Ends it. Steps that it still has go to others. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#withdraw().catch(() => undefined);
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
