/**
 * What the steps of a node type wait behind, and where they run. Each lane has room of its own, so none waits
 * for another lane.
 * - `light`: done in moments (questions, a prompt, a table). One step a process.
 * - `bulk`: work on the CPU that may take long: many files, text scans, an index, a merge. One step a process,
 *   since such work holds its thread.
 * - `web`: mostly waits for other sites; one process has all of them, so that they share what each site is left alone.
 * - `inference`: uses loaded models; one process keeps them for all.
 * - `training`: computes in a trainer process of its own; its models are accounted for with those of `inference`.
 */
export type Lane = 'light' | 'bulk' | 'web' | 'inference' | 'training';

/** How much of the machine a step keeps busy while it runs on the CPU. */
export type Cores = 'one' | 'all';

/** What decides the lane of a node type. */
interface LaneChoice {
  readonly lane?: Lane;
  readonly device: { readonly needs: 'cpu' | 'accelerator' };
}

export function laneOf({ lane, device }: LaneChoice): Lane {
  return lane ?? (device.needs === 'cpu' ? 'light' : 'inference');
}

export function coresOf(definition: LaneChoice & { readonly cores?: Cores }): Cores {
  const lane = laneOf(definition);
  return definition.cores ?? (lane === 'inference' || lane === 'training' ? 'all' : 'one');
}
