import type { Node as FlowNode, NodeChange } from '@xyflow/react';
import { useFarCards } from './far-cards.ts';

/** Nodes that are drawn one by one while they are dragged; more are carried as one picture. */
const fewCarried = 30;

/**
 * What is left to draw one by one of changes that come with a step of a drag: where many nodes of the picture move
 * together, they are carried as a picture of their own until they are let go.
 */
export function carriedAsPicture(
  changes: readonly NodeChange[],
  nodes: readonly FlowNode[],
): readonly NodeChange[] {
  const { carried } = useFarCards.getState();
  const isStep = (change: NodeChange): boolean => change.type === 'position';
  const steps = changes.filter(isStep).length;
  if (steps <= fewCarried) return changes;
  const known = carried?.known ?? new Map(nodes.map((node) => [node.id, node]));
  const isCard = (id: string): boolean => known.get(id)?.type === 'graph';
  const moved = changes.flatMap((change) =>
    change.type === 'position' && change.position !== undefined && isCard(change.id) ? change : [],
  );
  const [first] = moved;
  const from = first === undefined ? undefined : known.get(first.id)?.position;
  if (first?.position === undefined || from === undefined) return changes;
  const by = { x: first.position.x - from.x, y: first.position.y - from.y };
  // Let go: where they stand then comes with the graph.
  if (first.dragging !== true) useFarCards.setState({ carried: undefined });
  else {
    const ids = carried?.ids ?? new Set(moved.map(({ id }) => id));
    useFarCards.setState({ carried: { ids, known, by } });
  }
  return changes.filter((change) => !isStep(change) || !('id' in change) || !isCard(change.id));
}
