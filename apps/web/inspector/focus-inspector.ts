import { awaitField, dropKeys, pressKept } from '../kit/typed-ahead.ts';
import { openPanel } from '@graft/view';
import { useScreen } from '../kit/stores.ts';

/** Frames that the form or an output may take to come. */
const patience = 120;

/** What sets a parameter; buttons beside its name come before it. */
const control = '[id^="param-"]:not([id$="-help"])';

/** What of the panel takes the focus: of a form its first field, else the panel, which the keys then scroll. */
function stopIn(panel: HTMLElement, tab: 'parameters' | 'output'): HTMLElement | null {
  return tab === 'output' ? panel : panel.querySelector<HTMLElement>(control);
}

/** Gives the focus to something that is on its way; `done` when it has it, or does not come. */
export function focusOnceThere(
  find: () => HTMLElement | null,
  done?: (has: boolean) => void,
): void {
  const look = (left: number): void => {
    const found = find();
    found?.focus();
    if (found !== null || left === 0) done?.(found !== null);
    else requestAnimationFrame(() => look(left - 1));
  };
  requestAnimationFrame(() => look(patience));
}

/** The same for something that is typed in: keys that are pressed on the way are pressed there. */
export function focusAwaited(find: () => HTMLElement | null): void {
  awaitField();
  focusOnceThere(find, (has) => (has ? void pressKept() : dropKeys()));
}

/**
 * Selects a node, and gives the focus to what the inspector shows of it, which may still be what it shows of the one before.
 * Escape leads back from there.
 */
export function focusInspector(node: string, inspectorTab: 'parameters' | 'output'): void {
  useScreen.getState().select([node]);
  openPanel('inspector');
  useScreen.getState().show({ inspectorTab });
  const focus = inspectorTab === 'output' ? focusOnceThere : focusAwaited;
  focus(() => {
    const panel = document.querySelector<HTMLElement>(
      `#inspector-panel[data-node="${CSS.escape(node)}"][aria-labelledby="tab-${inspectorTab}"]`,
    );
    return panel === null ? null : stopIn(panel, inspectorTab);
  });
}
