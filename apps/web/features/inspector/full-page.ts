import { focusNode } from '../../kit/focus.ts';
import { openPanel, setFullPage } from '@graft/view';
import { useScreen } from '../../kit/stores.ts';
import { focusInspector } from './focus-inspector.ts';

const hasFocus = (): boolean =>
  document.activeElement?.closest('[data-testid="inspector"]') !== null;

/** Whether the focus was in the inspector when it was laid over the page. */
let wasThere = false;

/** Lays the inspector over the full page; the focus stays where it is in it. */
export function goFullPage(): void {
  wasThere = hasFocus();
  openPanel('inspector');
  setFullPage(true);
}

/** Lays the output of a node over the full page, and gives it the focus where it is elsewhere. */
export function showFullPage(node: string): void {
  if (hasFocus()) useScreen.getState().show({ inspectorTab: 'output' });
  else focusInspector(node, 'output');
  // Once the node is selected: the full page makes way for another.
  goFullPage();
}

/** Lays the inspector back beside the graph. The focus stays in it, or goes back to the node where it came from there. */
export function leaveFullPage(): void {
  setFullPage(false);
  if (wasThere) return;
  const [node] = useScreen.getState().selection;
  // Once the graph can take it again.
  requestAnimationFrame(() => {
    if (node !== undefined) focusNode(node);
  });
}
