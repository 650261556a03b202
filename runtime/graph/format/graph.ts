import type { GraphBody } from './graph-body.ts';
import type { Experiments } from './experiment.ts';
import type { Lock } from './lock.ts';

/** The saved document. */
export interface Graph extends GraphBody {
  /** Subgraphs of this file, by id; a `graph` node of any body uses one as `#id`. Absent if there are none. */
  readonly graphs?: Readonly<Record<string, GraphBody>>;
  /** By name; absent: none. */
  readonly experiments?: Experiments;
  readonly lock: Lock;
}
