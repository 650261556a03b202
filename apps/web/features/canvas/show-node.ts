import { useDocument, useScreen } from '../../kit/stores.ts';
import { goTo } from '../../api/graphs/navigation.ts';
import { revealNode } from './viewport.ts';

/** Brings a node of the graph that is shown into sight: its card, or its cell. */
export function bringIntoSight(id: string): void {
  if (useScreen.getState().view === 'canvas') revealNode(useDocument.getState().shown, id);
  else document.querySelector(`[data-cell="${CSS.escape(id)}"]`)?.scrollIntoView();
}

/** Shows the node at a path of the file: its graph is gone into, it is selected and comes into sight. */
export function showNode(path: string): void {
  bringIntoSight(goTo(path));
}
