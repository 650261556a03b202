import type { Node as FlowNode } from '@xyflow/react';
import { groupHead } from '@graft/view';
import type { Obstacles } from './route.ts';

/** What edges are led around, once it was measured. Groups stand behind the edges, but for their titles. */
export function obstaclesOf(
  nodes: readonly Pick<FlowNode, 'type' | 'position' | 'measured'>[],
): Obstacles {
  const boxes = nodes.flatMap(({ type, position: { x, y }, measured: { width, height } = {} }) => {
    if (width === undefined || height === undefined) return [];
    const isGroup = type === 'frame';
    const bottom = y + (isGroup ? groupHead : height);
    return [{ isGroup, box: { left: x, top: y, right: x + width, bottom } }];
  });
  const of = (groups: boolean) =>
    boxes.flatMap(({ isGroup, box }) => (isGroup === groups ? [box] : []));
  return { cards: of(false), heads: of(true) };
}
