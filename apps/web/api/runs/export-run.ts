import { reportAddress } from './report-address.ts';
import { runView } from '@graft/view';

/** Downloads a run as a page, or in Markdown. */
export function downloadRun(runId: string, format?: 'html' | 'md'): void {
  const link = document.createElement('a');
  link.href = reportAddress(runId, format);
  link.download = '';
  link.click();
}

/** Downloads the run on the screen as a page. */
export function exportRun(): void {
  const { run } = runView.getState();
  if (run !== null) downloadRun(run.runId);
}
