import type { Edge } from '@graft/graph';
import type { PendingEdge } from '@graft/view';
import { nodeCard, portAt } from '../../kit/focus.ts';

/** The port that has the focus. */
export const focusedPort = (): PendingEdge | undefined => portAt(document.activeElement);

/** Whether an edge begins or ends at a port. */
export function isAt(edge: Edge, { node, port, side }: PendingEdge): boolean {
  return side === 'source'
    ? edge.source === node && edge.sourcePort === port
    : edge.target === node && edge.targetPort === port;
}

/** The ports of a node as they are drawn, those of a side or all. */
export function portsDrawn(node: string, side?: PendingEdge['side']): readonly HTMLElement[] {
  const all = nodeCard(node)?.querySelectorAll<HTMLElement>('.port') ?? [];
  return [...all].filter((port) => side === undefined || port.dataset['side'] === side);
}

/**
 * Gives a port the focus. It takes none by itself: a press on it draws an edge, and keys are meant for the node then
 * (`port-keys.ts` takes it out again).
 */
export function focusPort(port: HTMLElement | undefined): void {
  if (port === undefined) return;
  port.tabIndex = -1;
  port.focus({ preventScroll: true });
}

/** Goes from a node to its ports: to the first that gives something, as edges are mostly drawn from there. */
export function focusFirstPort(node: string): void {
  focusPort(portsDrawn(node, 'source')[0] ?? portsDrawn(node)[0]);
}
