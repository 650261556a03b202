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
