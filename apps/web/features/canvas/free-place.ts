import type { Graph, NodeLayout } from '@graft/graph';
import { columnGap, nodeWidth, roomFor } from '@graft/view';
import { cardFrame, drawnFrames, groupFrames, isWithin } from './drawn-frames.ts';
import { viewMiddle } from './viewport.ts';

/** Height of a new card, near enough. */
const newHeight = 140;

/** A free place for a new node: right or left of another where one is given, in its groups; else in the middle of the view. */
export function freePlace(
  graph: Graph,
  other?: string,
  side: 'right' | 'left' = 'right',
): NodeLayout {
  const beside = other === undefined ? undefined : cardFrame(graph, other);
  const step = (nodeWidth + columnGap) * (side === 'right' ? 1 : -1);
  const { x, y } = beside === undefined ? viewMiddle() : { x: beside.x + step, y: beside.y };
  const foreign = groupFrames(graph).filter(
    (group) => beside === undefined || !isWithin(group, beside),
  );
  const card = { x, y, width: nodeWidth, height: newHeight };
  return roomFor(card, [...drawnFrames(graph), ...foreign]);
}
