import { selectedNode, type PendingEdge } from '@graft/view';
import { useDocument } from './stores.ts';

/** The card of a shown node. */
export function nodeCard(id: string): HTMLElement | null {
  return document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
}

/** Focuses the card of a node if it is drawn; under a full-page inspector, the inspector. */
export function focusNode(id: string): void {
  const card = nodeCard(id);
  const isCovered = card !== null && card.closest('[inert]') !== null;
  const stop = isCovered ? document.getElementById('inspector-panel') : card;
  stop?.focus({ preventScroll: true });
}

/** The focused node of the canvas, or the one that holds the focus; else the selected one. */
export function meantNode(): string | undefined {
  const focused = document.activeElement?.closest<HTMLElement>('.react-flow__node');
  const { shown } = useDocument.getState();
  const id = focused?.dataset['id'] ?? selectedNode();
  return id !== undefined && Object.hasOwn(shown.nodes, id) ? id : undefined;
}

/** The port of an element; undefined for other elements. */
export function portAt(element: Element | null): PendingEdge | undefined {
  if (!(element instanceof HTMLElement) || !element.classList.contains('port')) return undefined;
  const { nodeid: node, port, side } = element.dataset;
  if (node === undefined || port === undefined) return undefined;
  return { node, port, side: side === 'source' ? 'source' : 'target' };
}
