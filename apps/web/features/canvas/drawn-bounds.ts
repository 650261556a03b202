import type { Frame, NodeLayout } from '@graft/graph';
import { boundsAround, type Bounds } from '@graft/view';
import type { InternalNode } from '@xyflow/react';

/** The box around cards where they are drawn, on the graph's plane. */
export function boundsOf(nodes: Iterable<Pick<InternalNode, 'measured' | 'internals'>>): Bounds {
  return boundsAround(drawn(nodes));
}

function* drawn(
  nodes: Iterable<Pick<InternalNode, 'measured' | 'internals'>>,
): Generator<NodeLayout & Partial<Frame>> {
  for (const { internals, measured } of nodes) {
    const { width = 0, height = 0 } = measured;
    yield { ...internals.positionAbsolute, width, height };
  }
}
