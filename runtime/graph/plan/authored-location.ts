import type { Location } from '../base/errors.ts';
import type { PlannedNode } from '../format/plan.ts';

/** Where a node of a plan is written: in the plan's file, or in a graph that is used there. */
export function authoredLocation({ id, place }: PlannedNode, file?: string): Location {
  if (place !== undefined) return { ...place, path: id };
  return { ...(file === undefined ? {} : { file }), node: id };
}
