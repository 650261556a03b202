import type { InternalNode } from '@xyflow/react';

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The box around cards where they are drawn, on the graph's plane: of none, from infinity to less than nothing. */
export function boundsOf(nodes: Iterable<Pick<InternalNode, 'measured' | 'internals'>>): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { internals, measured } of nodes) {
    const { x, y } = internals.positionAbsolute;
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + (measured.width ?? 0));
    bottom = Math.max(bottom, y + (measured.height ?? 0));
  }
  return { left, top, right, bottom };
}
