import type { Node as FlowNode, NodeChange } from '@xyflow/react';

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function boxOf({ position: { x, y }, measured, width, height }: FlowNode): Box {
  return {
    ...{ left: x, top: y },
    right: x + (measured?.width ?? width ?? 0),
    bottom: y + (measured?.height ?? height ?? 0),
  };
}

/** Whether something stands in a group: a card by its middle, another group as a whole. */
function isWithin(group: Box, node: FlowNode): boolean {
  const { left, top, right, bottom } = boxOf(node);
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const box =
    node.type === 'frame' ? { left, top, right, bottom } : { left: x, top: y, right: x, bottom: y };
  return (
    box.left >= group.left &&
    box.top >= group.top &&
    box.right <= group.right &&
    box.bottom <= group.bottom
  );
}

/** What groups carry that are being moved, from when they were taken hold of until they are let go. */
const held = new Map<string, readonly string[]>();

/** Changes of places, with those of what stands in groups that move. `nodes` are as they were before. */
export function carry(changes: readonly NodeChange[], nodes: readonly FlowNode[]): NodeChange[] {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const moving = new Set(
    changes.flatMap((change) => (change.type === 'position' ? change.id : [])),
  );
  const carried = changes.flatMap((change): NodeChange[] => {
    if (change.type !== 'position' || change.position === undefined) return [];
    const group = known.get(change.id);
    if (group?.type !== 'frame') return [];
    const box = boxOf(group);
    const within =
      held.get(group.id) ??
      nodes.flatMap((node) => (node !== group && isWithin(box, node) ? node.id : []));
    if (change.dragging === true) held.set(group.id, within);
    else held.delete(group.id);
    const [x, y] = [change.position.x - group.position.x, change.position.y - group.position.y];
    return within.flatMap((id) => {
      const node = known.get(id);
      if (node === undefined || moving.has(id)) return [];
      moving.add(id);
      return { ...change, id, position: { x: node.position.x + x, y: node.position.y + y } };
    });
  });
  return [...changes, ...carried];
}
