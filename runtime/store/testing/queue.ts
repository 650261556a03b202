import type { StepRequest } from '@graft/graph';
import { BeatWatch } from '@graft/kit';
import type { Database } from '@graft/prisma';
import { Leases } from '../database/leases.ts';
import type { DatabaseStores } from '../database/open.ts';
import type { QueueParts, WorkerFacts } from '../database/queued-step.ts';
import type { SentStep } from '../database/sent-steps.ts';

/** A worker on a machine without a GPU. */
export const workerFacts: WorkerFacts = {
  ...{ queues: ['cpu'], version: 'v1', slots: 2, store: 's3', devices: ['cpu'] },
  shown: 'a machine',
};

/** The request of a light step that needs nothing. */
export function stepRequest(more: Partial<StepRequest> = {}): StepRequest {
  return {
    ...{ runId: 'run', node: 'n', type: 't', lane: 'light', params: {}, inputs: {}, sources: [] },
    ...{ inputFacets: {}, cacheKey: 'k', familyParts: [], device: 'cpu' },
    ...more,
  };
}

/** That request as `SentSteps` takes it, for `workerFacts`. */
export function sentStep(more: Partial<StepRequest> = {}): SentStep {
  return { request: stepRequest(more), queue: 'cpu', version: 'v1', turn: 0, ahead: 0 };
}

/** The queue as a process on another machine has it, whose leases never beat. */
export function processElsewhere(
  { queries, notices }: Database,
  name: string,
  watch = new BeatWatch(),
): QueueParts {
  if (notices === undefined) throw new Error('a database without notices');
  const leases = new Leases(
    { kind: 'postgres', queries, startHeartbeat: () => ({ stop: async () => undefined }) },
    { owner: `1-1@ffffff.ffffff.ffffff-${name}`, watch },
  );
  return { queries, notices, leases };
}

/** The queue of a database that has one. */
export function queueOf({ queue }: DatabaseStores): QueueParts {
  if (queue === undefined) throw new Error('a database without a queue');
  return queue;
}
