import type { PlannedNode } from '../format/plan.ts';

/** All nodes of a plan, and those within its loops: of a round one stands for all. */
export function* plannedNodes(nodes: Iterable<PlannedNode>): Generator<PlannedNode> {
  for (const node of nodes) {
    yield node;
    if (node.loop === undefined) continue;
    yield* plannedNodes(node.loop.template.nodes);
    yield* Object.values(node.loop.gather);
  }
}
