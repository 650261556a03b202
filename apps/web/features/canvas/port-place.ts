import type { InternalNode } from '@xyflow/react';
import type { Point } from './routing/shapes.ts';

/** The middle of a port's outer side, as the renderer takes it. */
export function portPlace(
  node: InternalNode | undefined,
  side: 'source' | 'target',
  port: string | null | undefined,
): Point | undefined {
  const handle = node?.internals.handleBounds?.[side]?.find(({ id }) => id === port);
  if (node === undefined || handle === undefined) return undefined;
  const { x, y } = node.internals.positionAbsolute;
  return {
    x: x + handle.x + (side === 'source' ? handle.width : 0),
    y: y + handle.y + handle.height / 2,
  };
}
