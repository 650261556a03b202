import { createHash } from 'node:crypto';
import { GraphError, type EngineVersions, type Registry, type StepRequest } from '@graft/graph';

/** The capabilities that `graft worker --queues` names. */
export const capabilities = ['cpu', 'gpu', 'web', 'training'] as const;
export type Capability = (typeof capabilities)[number];

/**
 * The queue of a step, by what it needs. A step on a GPU needs that very device, which its cache key names: `gpu/cuda:0`.
 * Trainings on the CPU have a queue of their own, because they take a machine for hours.
 */
export function queueOf({ device, lane }: Pick<StepRequest, 'device' | 'lane'>): string {
  if (!isCpu(device)) return `gpu/${device}`;
  if (lane === 'training' || lane === 'web') return lane;
  return 'cpu';
}

/** The queues of a worker with these devices. Throws `unavailable` for `gpu` without one. */
export function queuesOf(
  named: readonly Capability[],
  devices: readonly string[],
): readonly string[] {
  const gpus = gpusOf(devices);
  if (named.includes('gpu') && gpus.length === 0) {
    throw new GraphError(
      'unavailable',
      'This machine has no GPU that Graft can use, so it cannot take the queue gpu. "graft doctor" shows why. Leave gpu out of --queues.',
      { audience: 'operator' },
    );
  }
  // `cuda` means the first one.
  const onGpus = new Set(gpus.flatMap((id) => [`gpu/${id}`, `gpu/${id.replace(/:0$/, '')}`]));
  return named.flatMap((name) => (name === 'gpu' ? [...onGpus] : [name]));
}

export const gpusOf = (devices: readonly string[]): readonly string[] =>
  devices.filter((id) => !isCpu(id));

/** For people: the option that takes a queue. */
export const capabilityOf = (queue: string): string => queue.split('/')[0] ?? queue;

const isCpu = (device: string): boolean => device === 'cpu' || device === 'tensorflow';

/** Counts up when `StepRequest`, `StepResult` or `StepSignal` change their shape. */
const shapeVersion = 2;

/**
 * What a worker's results depend on beside a step's inputs: its engines and the implementation of each node type. A step
 * goes only to a worker that has the same, so that its result is the one that its cache key names.
 */
export function installationVersion(registry: Registry, engines: EngineVersions): string {
  const types = [...registry.values()].map(({ type, implementation }) => [type, implementation]);
  const parts = [Object.entries(engines), types].map((part) => part.map(String).sort());
  const text = JSON.stringify([shapeVersion, ...parts]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
