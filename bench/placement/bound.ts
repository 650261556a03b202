import { queues, type Queue, type SimulatedRun, type SimulatedWorker } from './load.ts';

/**
 * Seconds below which no rule can end these runs: the longest chain of any run, from its start; and for each set of
 * queues and amount of memory, the work that only some workers can do, divided among their slots. `living` is the
 * mean number of slots of workers that were up.
 */
export function bound(
  runs: readonly SimulatedRun[],
  workers: readonly SimulatedWorker[],
  living: number,
): number {
  const up = living / workers.reduce((sum, { slots }) => sum + slots, 0);
  const first = Math.min(...runs.map(({ startsAt }) => startsAt));
  return Math.max(
    ...runs.map(chain),
    ...shares(runs, workers, up).map((seconds) => first + seconds),
  );
}

function chain({ startsAt, steps }: SimulatedRun): number {
  const ends = new Map<number, number>();
  for (const { id, seconds, after } of steps) {
    ends.set(id, seconds + Math.max(startsAt, ...after.map((before) => ends.get(before) ?? 0)));
  }
  return Math.max(...ends.values());
}

function shares(
  runs: readonly SimulatedRun[],
  workers: readonly SimulatedWorker[],
  up: number,
): readonly number[] {
  const all = runs.flatMap(({ steps }) => steps);
  const sizes = [0, ...new Set(workers.map(({ memory }) => memory))];
  const sets = Array.from({ length: 2 ** queues.length - 1 }, (_, bits) =>
    queues.filter((_queue, at) => ((bits + 1) >> at) % 2 === 1),
  );
  return sets.flatMap((set: readonly Queue[]) =>
    sizes.map((size) => {
      const work = all
        .filter(({ queue, memory }) => set.includes(queue) && memory > size)
        .reduce((sum, { seconds }) => sum + seconds, 0);
      const slots = workers
        .filter(
          (worker) => worker.memory > size && worker.queues.some((queue) => set.includes(queue)),
        )
        .reduce((sum, worker) => sum + worker.slots, 0);
      return work === 0 ? 0 : work / (slots * up);
    }),
  );
}
