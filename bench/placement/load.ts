/** GB of memory, seconds of time: whatever the simulation counts. */
export interface SimulatedStep {
  readonly id: number;
  readonly run: number;
  readonly queue: Queue;
  /** Seconds of work on one slot. */
  readonly seconds: number;
  /** GB that it takes. */
  readonly memory: number;
  /** GB that its request names: 0 where its node has not run before. */
  readonly named: number;
  /** Steps that it needs. */
  readonly after: readonly number[];
}

export interface SimulatedRun {
  readonly id: number;
  /** Second at which somebody starts it. */
  readonly startsAt: number;
  readonly steps: readonly SimulatedStep[];
}

export interface SimulatedWorker {
  readonly id: number;
  readonly queues: readonly Queue[];
  readonly slots: number;
  /** GB. */
  readonly memory: number;
}

export const queues = ['cpu', 'gpu', 'training', 'web'] as const;
export type Queue = (typeof queues)[number];

/** Numbers from 0 to 1 that a seed fixes (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** By queue: how often its steps occur, the median of their seconds and its spread, and the least and most GB. */
const kinds: Readonly<
  Record<
    Queue,
    {
      readonly share: number;
      readonly median: number;
      readonly spread: number;
      readonly memory: readonly [number, number];
    }
  >
> = {
  cpu: { share: 0.69, median: 240, spread: 1, memory: [0.3, 4] },
  gpu: { share: 0.15, median: 400, spread: 0.8, memory: [4, 24] },
  training: { share: 0.08, median: 1_800, spread: 0.5, memory: [6, 40] },
  web: { share: 0.08, median: 30, spread: 0.8, memory: [0.2, 0.5] },
};
/** Of the steps on a CPU, those that take 10 to 40 GB. */
const largeShare = 0.05;
/** Steps whose node has not run before, so that nobody knows what they take. */
const unknownShare = 0.1;

/**
 * Runs of very different sizes that start within ten minutes, in layers of which each step needs one or two of the layer
 * before; and twenty small ones that start while these go on.
 */
export function simulatedRuns(steps: number, seed: number): readonly SimulatedRun[] {
  const random = randomFrom(seed);
  const small = Array.from({ length: 20 }, (_, at) => ({ size: 5, startsAt: 300 + at * 60 }));
  let left = steps - small.reduce((sum, { size }) => sum + size, 0);
  const large: { size: number; startsAt: number }[] = [];
  while (left > 0) {
    const size = Math.min(left, Math.round(10 * Math.exp(random() * 4.6)));
    large.push({ size, startsAt: random() * 600 });
    left -= size;
  }
  let id = 0;
  return [...large, ...small].map(({ size, startsAt }, run) => {
    const width = Math.max(1, Math.ceil(size / (2 + Math.floor(random() * 4))));
    const own: SimulatedStep[] = [];
    for (let at = 0; at < size; at += 1) {
      const layer = Math.floor(at / width);
      const before = own.slice(Math.max(0, (layer - 1) * width), layer * width);
      const needs = before.length === 0 ? [] : [pick(before, random), pick(before, random)];
      own.push({
        ...{ id: id + at, run, ...stepOf(random, layer === 1) },
        after: [...new Set(needs.map((step) => step.id))],
      });
    }
    id += size;
    return { id: run, startsAt, steps: own };
  });
}

/** A run trains in one layer only: what it has trained, it measures. */
function stepOf(random: () => number, mayTrain: boolean) {
  const drawn = queueBy(random());
  const queue = drawn === 'training' && !mayTrain ? 'gpu' : drawn;
  const { median, spread, memory } = kinds[queue];
  const isLarge = queue === 'cpu' && random() < largeShare;
  const [least, most] = isLarge ? [10, 40] : memory;
  const takes = least + random() * (most - least);
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return {
    ...{ queue, seconds: median * Math.exp(spread * normal), memory: takes },
    named: random() < unknownShare ? 0 : takes,
  };
}

function queueBy(at: number): Queue {
  let sum = 0;
  return queues.find((queue) => (sum += kinds[queue].share) > at) ?? 'cpu';
}

function pick<T>(from: readonly T[], random: () => number): T {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new Error('There is nothing to pick.');
  return found;
}

/** Machines as a team might have them, `count` together: six of ten small, some for sites, GPUs and trainings. */
export function simulatedWorkers(count: number): readonly SimulatedWorker[] {
  const of = (share: number, worker: Omit<SimulatedWorker, 'id'>) =>
    Array.from({ length: Math.round(count * share) }, () => worker);
  return [
    ...of(0.6, { queues: ['cpu'], slots: 4, memory: 16 }),
    ...of(0.05, { queues: ['web', 'cpu'], slots: 4, memory: 16 }),
    ...of(0.2, { queues: ['gpu', 'cpu'], slots: 2, memory: 64 }),
    ...of(0.15, { queues: ['training', 'cpu'], slots: 2, memory: 128 }),
  ].map((worker, id) => ({ ...worker, id }));
}
