import type { RunStore } from '@graft/graph';
import type { FleetView, WorkerOverview, WorkerView } from '@graft/store/database';
import type { Installation } from './step-places.ts';

type StepOfWorker = WorkerView['steps'][number] & {
  /** The graph file of its run; absent: the run is gone. */
  readonly file?: string;
};

/** A worker, for people. */
export interface FleetWorker extends Omit<WorkerView, 'steps'> {
  /** It has this installation's engines and node code. Another one leaves its steps. */
  readonly isSameVersion: boolean;
  readonly steps: readonly StepOfWorker[];
}

interface FleetParts {
  /** Absent: there are no workers, as on SQLite. */
  readonly overview: WorkerOverview | undefined;
  readonly journal: Pick<RunStore, 'get'>;
  readonly installation: Pick<Installation, 'version'>;
}

/** The workers that compute steps of a workspace, and what they do. */
export class Fleet {
  readonly #parts: FleetParts;

  constructor(parts: FleetParts) {
    this.#parts = parts;
  }

  /** Empty where there are no workers. */
  async look(): Promise<{
    readonly workers: readonly FleetWorker[];
    readonly waiting: FleetView['waiting'];
  }> {
    const { overview, journal, installation } = this.#parts;
    if (overview === undefined) return { workers: [], waiting: [] };
    const { workers, waiting } = await overview.look();
    const ids = new Set(workers.flatMap(({ steps }) => steps.map(({ runId }) => runId)));
    const files = new Map(
      await Promise.all([...ids].map(async (id) => [id, (await journal.get(id))?.file] as const)),
    );
    return {
      waiting,
      workers: workers.map((worker) => ({
        ...worker,
        isSameVersion: worker.version === installation.version,
        steps: worker.steps.map((step) => {
          const file = files.get(step.runId);
          return { ...step, ...(file === undefined ? {} : { file }) };
        }),
      })),
    };
  }
}
