import { focusAwaited, focusOnceThere } from '../../kit/typed-ahead.ts';
import { openPanel, setFullPage } from '@graft/view';
import { useScreen } from '../../kit/stores.ts';

/** Shows the graph as a whole. */
function showGraph(): void {
  useScreen.getState().select([]);
  openPanel('inspector');
  setFullPage(false);
}

/** Leads to where the graph is asked, with what is typed on the way. */
export function focusAsk(): void {
  showGraph();
  focusAwaited(() => {
    const field = document.querySelector<HTMLTextAreaElement>('#ask-question');
    field?.setSelectionRange(field.value.length, field.value.length);
    return field;
  });
}

/** Leads to what was asked last, which may still have to come. */
export function showAsked(): void {
  showGraph();
  focusOnceThere(() => document.querySelector('[data-testid="asked"] button'));
}
