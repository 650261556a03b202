import { openPanel } from '@graft/view';
import { useRunView, useScreen } from '../../kit/stores.ts';

/** Shows a run of before. The list goes, and its row with it: the focus moves to the tab of the run, the first one. */
export function lookAtRun(runId: string): void {
  useRunView.getState().lookBack(runId);
  document.querySelector<HTMLElement>('section[aria-label="Runs"] [role="tab"]')?.focus();
  openPanel('lower');
  useScreen.getState().show({ bottomTab: 'run' });
}
