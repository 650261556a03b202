import { takeTypedAhead } from '../commands/typed-ahead.ts';
import { focusOnceThere } from '../inspector/focus-inspector.ts';
import { openPanel, setFullPage } from '../state/panel-store.ts';
import { useScreen } from '../state/screen-store.ts';
import { useAsk } from './ask-store.ts';

/** Shows the graph as a whole, and there gives the focus to something that may still have to come. */
function showGraph(stop: string, done?: () => void): void {
  useScreen.getState().select([]);
  openPanel('inspector');
  setFullPage(false);
  focusOnceThere(() => document.querySelector(stop), done);
}

/** Leads to where the graph is asked, with what was typed on the way. */
export function focusAsk(): void {
  showGraph('#ask-question', () => {
    const typed = takeTypedAhead();
    if (typed !== '') useAsk.setState(({ question }) => ({ question: question + typed }));
  });
}

/** Leads to what was asked last. */
export function showAsked(): void {
  showGraph('[data-testid="asked"] button');
}
