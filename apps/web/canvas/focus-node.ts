/** The card of a node that is shown. */
export function nodeCard(id: string): HTMLElement | null {
  return document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
}

/** Gives a node the focus, as far as it is drawn. */
export function focusNode(id: string): void {
  nodeCard(id)?.focus({ preventScroll: true });
}
