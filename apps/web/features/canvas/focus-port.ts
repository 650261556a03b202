import type { Edge } from '@graft/graph';
import type { PendingEdge } from '@graft/view';
import { nodeCard, portAt } from '../../kit/focus.ts';

/** The focused port. */
export const focusedPort = (): PendingEdge | undefined => portAt(document.activeElement);

/** Whether an edge begins or ends at a port. */
export function isAt(edge: Edge, { node, port, side }: PendingEdge): boolean {
  return side === 'source'
    ? edge.source === node && edge.sourcePort === port
    : edge.target === node && edge.targetPort === port;
}

/** The drawn ports of a node, on one side or both. */
export function portsDrawn(node: string, side?: PendingEdge['side']): readonly HTMLElement[] {
  const all = nodeCard(node)?.querySelectorAll<HTMLElement>('.port') ?? [];
  return [...all].filter((port) => side === undefined || port.dataset['side'] === side);
}

/**
 * Focuses a port. Ports do not take the focus themselves: a press on one draws an edge, and keys then belong to the
 * node (`port-keys.ts` resets it).
 */
export function focusPort(port: HTMLElement | undefined): void {
  if (port === undefined) return;
  port.tabIndex = -1;
  port.focus({ preventScroll: true });
}

/** Moves from a node to its first output, where most edges start, else its first port. */
export function focusFirstPort(node: string): void {
  focusPort(portsDrawn(node, 'source')[0] ?? portsDrawn(node)[0]);
}
