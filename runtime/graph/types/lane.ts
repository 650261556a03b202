/**
 * The queue and process of a node type's steps. Each lane has its own capacity, so none waits for another lane.
 * - `light`: done in moments (questions, a prompt, a table). One step a process.
 * - `bulk`: CPU work that may take long: many files, text scans, an index, a merge. One step a process, since such work
 *   blocks its thread.
 * - `web`: mostly waits for other sites; one process runs all, so that they share the pauses of each site.
 * - `inference`: uses loaded models; one process keeps them for all.
 * - `training`: computes in a trainer process of its own; its models share the memory ledger of `inference`.
 */
export type Lane = 'light' | 'bulk' | 'web' | 'inference' | 'training';

/** CPU cores that a step occupies. */
export type Cores = 'one' | 'all';

/** What determines the lane of a node type. */
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
