import type { StepRequest } from '@graft/graph';
import { serverClock } from '@graft/prisma';
import { workerLeasePrefix, type QueueParts } from './queued-step.ts';
import { WorkerDirectory, type SeenWorker } from './worker-directory.ts';

/** A step that a worker has. */
interface RunningStepFacts {
  readonly runId: string;
  readonly node: string;
  readonly type: string;
  /** Milliseconds since the worker took it; absent: it has not told yet. */
  readonly ms?: number;
  /** Somebody cancelled it, and it has not ended yet. */
  readonly isCancelled: boolean;
}

/** A worker and what it does now. */
export interface WorkerView extends SeenWorker {
  /** Milliseconds since its last sign of life, as far as this process has watched. */
  readonly silentMs: number;
  readonly steps: readonly RunningStepFacts[];
}

/** Steps that no worker has taken yet. */
export interface WaitingSteps {
  readonly queue: string;
  readonly count: number;
}

export interface FleetView {
  readonly workers: readonly WorkerView[];
  readonly waiting: readonly WaitingSteps[];
}

/** The workers of a database for people: what each does, and which steps wait. */
export class WorkerOverview {
  readonly #parts: QueueParts;
  readonly #directory: WorkerDirectory;
  /** By lease, the newest beat and when it was first seen here. */
  #beats: ReadonlyMap<string, { readonly beat: number; readonly at: number }> = new Map();

  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.#directory = new WorkerDirectory(parts);
  }

  async look(): Promise<FleetView> {
    const seen = await this.#directory.look();
    const { queries } = this.#parts;
    const rows = await queries
      .selectFrom('QueuedStep')
      .select(['id', 'worker', 'state', 'runId', 'request', serverClock(0).as('now')])
      .where('state', 'in', ['running', 'cancelling'])
      .orderBy('rank')
      .execute();
    const silent = await this.#silent();
    const workers = seen
      .toSorted((a, b) => a.shown.localeCompare(b.shown, 'en', { numeric: true }))
      .map((worker) => ({
        ...worker,
        silentMs: silent.get(worker.name) ?? 0,
        steps: rows
          .filter((row) => row.worker === worker.name)
          .map(({ id, state, runId, request, now }) => {
            const { node, type } = JSON.parse(request) as StepRequest;
            const since = worker.state?.since[id];
            return {
              ...{ runId, node, type, isCancelled: state === 'cancelling' },
              ...(since === undefined ? {} : { ms: Math.max(0, now - since) }),
            };
          }),
      }));
    return { workers, waiting: await this.#waiting() };
  }

  async #waiting(): Promise<readonly WaitingSteps[]> {
    const rows = await this.#parts.queries
      .selectFrom('QueuedStep')
      .select(({ fn }) => ['queue', fn.countAll<number>().as('count')])
      .where('state', '=', 'queued')
      .groupBy('queue')
      .orderBy('queue')
      .execute();
    return rows.map(({ queue, count }) => ({ queue, count: Number(count) }));
  }

  /** By lease, milliseconds without a beat. */
  async #silent(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#parts.queries
      .selectFrom('Lease')
      .select(['name', 'beat'])
      .where('name', 'like', `${workerLeasePrefix}%`)
      .execute();
    const now = performance.now();
    const before = this.#beats;
    const beats = new Map(
      rows.map(({ name, beat }) => {
        const last = before.get(name);
        return [name, last?.beat === beat ? last : { beat, at: now }];
      }),
    );
    this.#beats = beats;
    return new Map([...beats].map(([name, { at }]) => [name, now - at]));
  }
}
