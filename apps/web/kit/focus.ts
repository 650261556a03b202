import { selectedNode, type PendingEdge } from '@graft/view';
import { useDocument } from './stores.ts';

/** The card of a node that is shown. */
export function nodeCard(id: string): HTMLElement | null {
  return document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
}

/** Gives a node the focus, as far as it is drawn; under an inspector that lies over it, that. */
export function focusNode(id: string): void {
  const card = nodeCard(id);
  const isCovered = card !== null && card.closest('[inert]') !== null;
  const stop = isCovered ? document.getElementById('inspector-panel') : card;
  stop?.focus({ preventScroll: true });
}

/** The node that has the focus, or within which the focus is, on the canvas; else the selected one. */
export function meantNode(): string | undefined {
  const focused = document.activeElement?.closest<HTMLElement>('.react-flow__node');
  const { shown } = useDocument.getState();
  const id = focused?.dataset['id'] ?? selectedNode();
  return id !== undefined && Object.hasOwn(shown.nodes, id) ? id : undefined;
}

/** The port that an element stands for; undefined if it is not a port. */
export function portAt(element: Element | null): PendingEdge | undefined {
  if (!(element instanceof HTMLElement) || !element.classList.contains('port')) return undefined;
  const { nodeid: node, port, side } = element.dataset;
  if (node === undefined || port === undefined) return undefined;
  return { node, port, side: side === 'source' ? 'source' : 'target' };
}
