import { reportAddress } from './report-address.ts';
import { useRunView } from './run-view.ts';

/** Downloads the run on the screen as a page. */
export function exportRun(): void {
  const { run } = useRunView.getState();
  if (run === null) return;
  const link = document.createElement('a');
  link.href = reportAddress(run.runId);
  link.download = '';
  link.click();
}
