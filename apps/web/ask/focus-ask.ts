import { focusOnceThere } from '../inspector/focus-inspector.ts';
import { openPanel } from '../state/panel-store.ts';
import { useScreen } from '../state/screen-store.ts';

/** Shows the graph as a whole, and gives the focus to where it is asked. */
export function focusAsk(): void {
  useScreen.getState().select([]);
  openPanel('inspector');
  focusOnceThere(() => document.querySelector('#ask-question'));
}
