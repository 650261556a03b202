import { GraphError } from '@graft/graph';
import { inTransaction, serverClock, type Notices, type Queries } from '@graft/prisma';
import { runLeasePrefix, type Leases } from './leases.ts';
import {
  noticeFor,
  readWorkerFacts,
  workerLeasePrefix,
  type QueueParts,
  type WorkerFacts,
} from './queued-step.ts';
import { forgetRecorded } from './sent-steps.ts';

/** Workers that may end while they have a step, before it fails: it may be what ends them. */
const mostLost = 3;
/** Milliseconds by the database's clock after which a result that nobody wanted is forgotten. */
const keepResultMs = 86_400_000;

/** A worker that lives. */
export interface SeenWorker extends WorkerFacts {
  /** Of its lease. */
  readonly name: string;
  /** Steps that it has. */
  readonly running: number;
}

/** Which workers live. Whoever looks also gives the steps of those that are gone to others. */
export class WorkerDirectory {
  readonly #queries: Queries;
  readonly #notices: Notices;
  readonly #leases: Leases;

  constructor({ queries, notices, leases }: QueueParts) {
    this.#queries = queries;
    this.#notices = notices;
    this.#leases = leases;
  }

  listen(heard: (text: string | undefined) => void): AsyncDisposable {
    return this.#notices.listen(heard);
  }

  /** The living workers, those that drain among them. To be called every second or two while steps are queued: see `Leases.sweep`. */
  async look(): Promise<readonly SeenWorker[]> {
    const rows = await this.#queries.selectFrom('Worker').selectAll().execute();
    const busy = await this.#queries
      .selectFrom('QueuedStep')
      .select(({ fn }) => ['worker', fn.countAll<number>().as('running')])
      .where('state', 'in', ['running', 'cancelling'])
      .groupBy('worker')
      .execute();
    // Looked at afterwards: a worker takes its lease before it is listed.
    const living = await this.#leases.living(workerLeasePrefix);
    const running = new Map(busy.map((row) => [row.worker, Number(row.running)]));
    const names = [...rows.map(({ name }) => name), ...busy.flatMap(({ worker }) => worker ?? [])];
    const gone = [...new Set(names)].filter((name) => !living.has(name)).sort();
    if (gone.length > 0) await this.#giveToOthers(gone);
    return rows
      .filter(({ name }) => living.has(name))
      .flatMap(({ name, facts }) => {
        const known = readWorkerFacts(facts);
        return known === undefined ? [] : { ...known, name, running: running.get(name) ?? 0 };
      });
  }

  /** Removes steps that no worker has taken and no run waits for, and old results. */
  async removeLeft(): Promise<void> {
    await forgetRecorded(this.#queries);
    const rows = await this.#queries
      .selectFrom('QueuedStep')
      .select('runId')
      .distinct()
      .where('state', 'in', ['queued', 'ended', 'told'])
      .execute();
    if (rows.length === 0) return;
    // Looked at afterwards: a run takes its lease before it queues steps.
    const living = await this.#leases.living(runLeasePrefix);
    const left = rows.map(({ runId }) => runId).filter((id) => !living.has(runLeasePrefix + id));
    if (left.length === 0) return;
    const of = () => this.#queries.deleteFrom('QueuedStep').where('runId', 'in', left);
    await of().where('state', '=', 'queued').execute();
    await of()
      .where('state', 'in', ['ended', 'told'])
      .where('rank', '<', serverClock(-keepResultMs))
      .execute();
  }

  async #giveToOthers(gone: readonly string[]): Promise<void> {
    await inTransaction(this.#queries, async (tx) => {
      const theirs = await tx
        .selectFrom('QueuedStep')
        .select(['id', 'queue', 'state', 'lost', 'coordinator'])
        .where('worker', 'in', gone)
        .where('state', 'in', ['running', 'cancelling'])
        .orderBy('id')
        .forUpdate()
        .execute();
      for (const { id, queue, state, lost, coordinator } of theirs) {
        if (state === 'cancelling') {
          await tx.deleteFrom('QueuedStep').where('id', '=', id).execute();
          continue;
        }
        const times = lost + 1;
        const isOver = times >= mostLost;
        const outcome = { type: 'failed', problem: workersLost(times).toProblem() };
        await tx
          .updateTable('QueuedStep')
          .set({
            ...{ worker: null, claim: null, lost: times },
            ...(isOver
              ? { state: 'ended', outcome: JSON.stringify(outcome) }
              : { state: 'queued' }),
          })
          .where('id', '=', id)
          .execute();
        await tx
          .insertInto('StepReport')
          .values({
            ...{ claim: `lost/${id}/${String(times)}`, seq: 0, step: id },
            payload: JSON.stringify({
              type: 'log',
              level: 'warning',
              message: 'The worker that computed this step ended. Another one continues.',
            }),
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        await this.#notices.send(tx, noticeFor.queue(queue));
        await this.#notices.send(tx, noticeFor.coordinator(coordinator));
      }
      await tx.deleteFrom('Worker').where('name', 'in', gone).execute();
    });
  }
}

/** The failure of a step whose workers ended one after another. */
function workersLost(times: number): GraphError {
  return new GraphError(
    'worker-died',
    `${String(times)} workers ended while they computed this step, so Graft gave it up. Look at the logs of the workers: the step may need more memory than they have.`,
    { audience: 'operator' },
  );
}
