import { focusAwaited, focusOnceThere } from '../../kit/typed-ahead.ts';
import { openPanel, setFullPage } from '@graft/view';
import { useScreen } from '../../kit/stores.ts';

/** Shows the graph as a whole. */
function showGraph(): void {
  useScreen.getState().select([]);
  openPanel('inspector');
  setFullPage(false);
}

/** Focuses the question field; keys pressed meanwhile are replayed in it. */
export function focusAsk(): void {
  showGraph();
  focusAwaited(() => {
    const field = document.querySelector<HTMLTextAreaElement>('#ask-question');
    field?.setSelectionRange(field.value.length, field.value.length);
    return field;
  });
}

/** Focuses the last asked question, which may still have to appear. */
export function showAsked(): void {
  showGraph();
  focusOnceThere(() => document.querySelector('[data-testid="asked"] [data-act]'));
}
