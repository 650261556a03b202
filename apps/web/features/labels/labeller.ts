import type { GraphNode } from '@graft/graph';

/** The node type whose answers are labelled. */
export const labeller = 'label';

export function isLabeller(node: GraphNode | undefined): boolean {
  return node?.type === labeller;
}
