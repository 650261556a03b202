import { focusAwaited, focusOnceThere } from '../../kit/typed-ahead.ts';
import { openPanel, setFullPage } from '@graft/view';
import { useScreen } from '../../kit/stores.ts';
import { focusNode } from '../../kit/focus.ts';

/** What sets a parameter; buttons beside its name come before it. */
const control = '[id^="param-"]:not([id$="-help"])';

/** What of the panel takes the focus: a field of a form, its first if none is named; else the panel, which the keys scroll. */
function stopIn(panel: HTMLElement, field: string | undefined): HTMLElement | null {
  return field === undefined ? panel : panel.querySelector<HTMLElement>(field);
}

/**
 * Selects a node, and gives the focus to what the inspector shows of it, which may still be what it shows of the one before.
 * Escape leads back from there.
 */
export function focusInspector(
  node: string,
  inspectorTab: 'parameters' | 'output',
  param?: string,
): void {
  const named = param === undefined ? control : `[id="${CSS.escape(`param-${node}-${param}`)}"]`;
  const field = inspectorTab === 'output' ? undefined : named;
  useScreen.getState().select([node]);
  openPanel('inspector');
  useScreen.getState().show({ inspectorTab });
  const focus = inspectorTab === 'output' ? focusOnceThere : focusAwaited;
  focus(() => {
    const panel = document.querySelector<HTMLElement>(
      `#inspector-panel[data-node="${CSS.escape(node)}"][aria-labelledby="tab-${inspectorTab}"]`,
    );
    return panel === null ? null : stopIn(panel, field);
  });
}

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
