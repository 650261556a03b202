import { focusOnceThere } from '../inspector/focus-inspector.ts';
import { openPanel, setFullPage } from '../state/panel-store.ts';
import { useScreen } from '../state/screen-store.ts';

/** Shows the graph as a whole, and there gives the focus to something that may still have to come. */
function showGraph(stop: string): void {
  useScreen.getState().select([]);
  openPanel('inspector');
  setFullPage(false);
  focusOnceThere(() => document.querySelector(stop));
}

/** Leads to where the graph is asked. */
export function focusAsk(): void {
  showGraph('#ask-question');
}

/** Leads to what was asked last. */
export function showAsked(): void {
  showGraph('[data-testid="asked"] button');
}
